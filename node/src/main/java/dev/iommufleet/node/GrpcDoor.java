package dev.iommufleet.node;

import dev.iommufleet.config.Settings;
import dev.iommufleet.node.metrics.CountedCalls;
import dev.iommufleet.node.metrics.NodeMetrics;
import dev.iommufleet.node.security.Door;
import dev.iommufleet.protocol.api.v1.DeviceServiceGrpc;
import dev.iommufleet.protocol.api.v1.IommuFleetGrpc;
import dev.iommufleet.protocol.api.v1.Refusal;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The gRPC server of the process. It is open before the node serves, and stays while the node looks
 * for a cluster: who comes too early is told so, and may come again.
 */
final class GrpcDoor {
  /** Those that come and go with the node's membership. */
  private static final List<ServiceDescriptor> OF_THE_FLEET =
      List.of(IommuFleetGrpc.getServiceDescriptor(), DeviceServiceGrpc.getServiceDescriptor());

  private final Server server;
  private final ServiceSwitch services;
  private final HealthStatusManager health;
  private final int messageBytes;

  private GrpcDoor(
      Server server, ServiceSwitch services, HealthStatusManager health, int messageBytes) {
    this.server = server;
    this.services = services;
    this.health = health;
    this.messageBytes = messageBytes;
  }

  /**
   * Opens the server; it refuses until {@link #serve}.
   *
   * @param always services that answer in any state
   * @throws NodeStartException the port is taken
   */
  static GrpcDoor open(
      Settings settings, Door locks, NodeMetrics metrics, List<BindableService> always) {
    GrpcLog.install();
    var services = new ServiceSwitch(OF_THE_FLEET, Errors.notReady());
    var health = new HealthStatusManager();
    int messageBytes = settings.limits().grpcMessageBytes();
    var builder =
        builder(settings, locks)
            .intercept(new CountedCalls(metrics))
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance())
            .fallbackHandlerRegistry(services);
    always.forEach(service -> builder.addService(WireCheck.around(service, messageBytes)));
    var door = new GrpcDoor(builder.build(), services, health, messageBytes);
    door.say(ServingStatus.NOT_SERVING);
    try {
      door.server.start();
    } catch (IOException e) {
      throw NodeStartException.taken(
          "gRPC", settings.node().host(), settings.node().grpcPort(), "--grpc-port", e);
    }
    return door;
  }

  /** The one place where the server's channels are set up. */
  private static NettyServerBuilder builder(Settings settings, Door locks) {
    var node = settings.node();
    return NettyServerBuilder.forAddress(
            new InetSocketAddress(node.host(), node.grpcPort()), locks.grpc())
        // Nothing in the services blocks.
        .directExecutor()
        .maxInboundMessageSize(WireCheck.readBytes(settings.limits().grpcMessageBytes()))
        .maxInboundMetadataSize(16 << 10)
        .maxConcurrentCallsPerConnection(1_024)
        .keepAliveTime(30, TimeUnit.SECONDS)
        .keepAliveTimeout(10, TimeUnit.SECONDS)
        .permitKeepAliveTime(10, TimeUnit.SECONDS)
        .permitKeepAliveWithoutCalls(true);
  }

  int port() {
    return server.getPort();
  }

  void serve(List<BindableService> fleet) {
    services.serve(
        fleet.stream()
            .map(service -> WireCheck.around(service, messageBytes))
            .map(ServerServiceDefinition.class::cast)
            .toList());
    say(ServingStatus.SERVING);
  }

  /** New calls are refused; running ones are answered by whom they have reached. */
  void refuse(Refusal refusal) {
    say(ServingStatus.NOT_SERVING);
    services.refuse(refusal);
  }

  /** Whether calls are taken, to those who watch the health service. */
  void say(ServingStatus status) {
    OF_THE_FLEET.forEach(service -> health.setStatus(service.getName(), status));
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
  }

  /** Whoever watches the health service hears that nothing will come any more. */
  void announceEnd() {
    health.enterTerminalState();
  }

  void close() throws InterruptedException {
    server.shutdown();
    if (!server.awaitTermination(500, TimeUnit.MILLISECONDS)) {
      server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }
}
