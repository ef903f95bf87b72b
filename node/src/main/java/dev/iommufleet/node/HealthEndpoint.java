package dev.iommufleet.node;

import akka.http.javadsl.HttpsConnectionContext;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.ServerBuilder;
import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCodes;
import akka.japi.function.Function;
import dev.iommufleet.node.metrics.NodeMetrics;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/**
 * The HTTP server. {@code /health}: the process lives; {@code /ready}: it takes requests; {@code
 * /metrics}: what it counts, as OpenMetrics; {@code /bootstrap/seed-nodes}: what other nodes ask
 * that look for a cluster.
 */
final class HealthEndpoint {
  private static final ContentType METRICS = ContentTypes.parse(NodeMetrics.CONTENT_TYPE);
  private static final String BOOTSTRAP = "/bootstrap/";

  private HealthEndpoint() {}

  /**
   * Begins to answer.
   *
   * @param tls empty: nothing is encrypted
   * @param seeds what answers other nodes that look for a cluster; empty: none does
   */
  static CompletionStage<ServerBinding> bind(
      ServerBuilder server,
      Optional<HttpsConnectionContext> tls,
      BooleanSupplier ready,
      NodeMetrics metrics,
      Optional<Function<HttpRequest, CompletionStage<HttpResponse>>> seeds) {
    Function<HttpRequest, CompletionStage<HttpResponse>> handler =
        request ->
            seeds.isPresent() && request.getUri().path().startsWith(BOOTSTRAP)
                ? seeds.get().apply(request)
                : CompletableFuture.completedStage(answer(request, ready, metrics));
    return tls.map(server::enableHttps).orElse(server).bind(handler);
  }

  private static HttpResponse answer(
      HttpRequest request, BooleanSupplier ready, NodeMetrics metrics) {
    return switch (request.getUri().path()) {
      case "/health" -> say(200, "alive\n");
      case "/ready" -> ready.getAsBoolean() ? say(200, "ready\n") : say(503, "not ready\n");
      case "/metrics" -> HttpResponse.create().withEntity(METRICS, metrics.scrape());
      default -> say(404, "there are /health, /ready and /metrics here\n");
    };
  }

  private static HttpResponse say(int status, String text) {
    return HttpResponse.create().withStatus(StatusCodes.get(status)).withEntity(text);
  }
}
