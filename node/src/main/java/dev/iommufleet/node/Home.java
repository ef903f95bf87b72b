package dev.iommufleet.node;

import com.typesafe.config.Config;
import dev.iommufleet.config.Settings;
import dev.iommufleet.node.metrics.NodeMetrics;
import dev.iommufleet.node.security.Door;
import dev.iommufleet.persistence.journal.FleetIndex;
import java.util.concurrent.Executor;

/**
 * What the process keeps while it comes and goes as a member of clusters.
 *
 * @param config whole, with where the journal is
 * @param locks TLS of each door, or none
 * @param blocking where the journal is asked what may take long
 */
record Home(
    Settings settings,
    Config config,
    FleetIndex index,
    Executor blocking,
    GrpcDoor door,
    Door locks,
    NodeMetrics metrics) {

  /** The gRPC server as clients see it, host:port. */
  String grpc() {
    var host = settings.cluster().several() ? settings.cluster().host() : settings.node().host();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + door.port();
  }
}
