package dev.iommufleet.node;

import akka.actor.typed.ActorSystem;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import akka.http.javadsl.Http;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.directives.RouteAdapter;
import akka.http.scaladsl.model.Uri;
import akka.japi.function.Function;
import akka.management.cluster.bootstrap.ClusterBootstrap;
import akka.management.scaladsl.ManagementRouteProviderSettings;
import dev.iommufleet.config.ClusterSettings;
import dev.iommufleet.config.Endpoint;
import dev.iommufleet.node.security.Door;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** How a node finds its cluster: docs/adr/0017. */
final class Formation {
  private final ActorSystem<?> system;
  private final ClusterSettings settings;

  Formation(ActorSystem<?> system, ClusterSettings settings) {
    this.system = system;
    this.settings = settings;
  }

  /**
   * What answers other nodes that look for a cluster; empty: none does.
   *
   * @param httpPort of this node's HTTP server
   */
  Optional<Function<HttpRequest, CompletionStage<HttpResponse>>> contactPoint(
      Door locks, int httpPort) {
    if (!settings.several()) {
      return Optional.empty();
    }
    locks.httpClient().ifPresent(Http.get(system)::setDefaultClientHttpsContext);
    var self = settings.self().orElse(new Endpoint(settings.host(), httpPort));
    var uri = Uri.apply((locks.http().isPresent() ? "https://" : "http://") + self);
    var routes =
        ClusterBootstrap.get(system).routes(ManagementRouteProviderSettings.apply(uri, true));
    return Optional.of(RouteAdapter.asJava(routes).handler(system));
  }

  /** Looks for a cluster, or for enough others to form one; a node of its own is one. */
  void begin() {
    if (settings.several()) {
      ClusterBootstrap.get(system).start();
    } else {
      var cluster = Cluster.get(system);
      cluster.manager().tell(Join.create(cluster.selfMember().address()));
    }
  }
}
