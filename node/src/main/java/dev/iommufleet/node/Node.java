package dev.iommufleet.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import akka.http.javadsl.Http;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.iommufleet.actors.EntityEnvironment;
import dev.iommufleet.actors.EntityKind;
import dev.iommufleet.actors.EntityLimits;
import dev.iommufleet.actors.EntitySettings;
import dev.iommufleet.actors.HostDeviceSharding;
import dev.iommufleet.actors.IommuSharding;
import dev.iommufleet.actors.JournalEntrySource;
import dev.iommufleet.actors.LinkSettings;
import dev.iommufleet.actors.Resending;
import dev.iommufleet.actors.ShardedPeers;
import dev.iommufleet.config.Settings;
import dev.iommufleet.hardware.vtd.Model;
import dev.iommufleet.node.metrics.CountedCalls;
import dev.iommufleet.node.metrics.NodeMetrics;
import dev.iommufleet.node.metrics.ShardWatch;
import dev.iommufleet.node.security.Door;
import dev.iommufleet.persistence.journal.FleetIndex;
import dev.iommufleet.protocol.api.v1.DeviceServiceGrpc;
import dev.iommufleet.protocol.api.v1.ExecuteStreamResponse;
import dev.iommufleet.protocol.api.v1.IommuFleetGrpc;
import dev.iommufleet.protocol.api.v1.WatchRequest;
import dev.iommufleet.protocol.api.v1.WatchResponse;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node that serves. Starts and ends its parts in order; what started last ends first. */
public final class Node implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);
  private static final long UP_MILLIS = 60_000;

  private final Settings settings;
  private final Door door;
  private final NodeMetrics metrics = new NodeMetrics();
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private String data;
  private volatile int grpcPort;
  private int httpPort;

  private Node(Settings settings) {
    this.settings = settings;
    this.door = Door.of(settings.tls());
  }

  /**
   * Serves when it returns.
   *
   * @param config as {@code Profiles.load} gives it
   * @throws dev.iommufleet.persistence.store.StoreException the data cannot be used
   * @throws dev.iommufleet.node.security.TlsException keys or certificates cannot be used
   * @throws NodeStartException a port is taken, or the cluster does not form
   */
  public static Node start(Config config) {
    var node = new Node(Settings.of(config));
    try {
      node.startParts(config);
      return node;
    } catch (RuntimeException e) {
      node.close();
      throw e;
    }
  }

  /** Where gRPC clients find it. */
  public int grpcPort() {
    return grpcPort;
  }

  public int httpPort() {
    return httpPort;
  }

  public String host() {
    return settings.node().host();
  }

  /** Where the journal is, as people may read it: a directory's absolute path, or a database. */
  public String data() {
    return data;
  }

  private void startParts(Config given) {
    var store = part(Stores.open(settings));
    data = store.description();
    var config = ConfigFactory.parseMap(store.settings()).withFallback(given).resolve();
    var system = system(door.remoting(config));
    var index = part(FleetIndex.open(store));
    var blocking = blockingExecutor();
    var admission = new Admission(settings.limits().requestsInFlight());
    var gateway = gateway(system, admission);
    var iommus = new IdList(index::iommus, settings.limits(), blocking);
    var devices = new IdList(index::devices, settings.limits(), blocking);
    var health = new HealthStatusManager();
    startGrpc(
        List.of(
            new FleetService(gateway, iommus, new SpawnedStreams(gateway)),
            new DeviceService(new DeviceAsks(gateway), devices)),
        health);
    startHttp(system, () -> !admission.closed());
    count(system, admission);
    part(() -> drain(admission));
    part(health::enterTerminalState);
    health.setStatus(IommuFleetGrpc.SERVICE_NAME, ServingStatus.SERVING);
    health.setStatus(DeviceServiceGrpc.SERVICE_NAME, ServingStatus.SERVING);
    new Owing(gateway, index).wake();
  }

  private <T extends AutoCloseable> T part(T part) {
    parts.push(part);
    return part;
  }

  // ---- actors ------------------------------------------------------------------------------

  private ActorSystem<?> system(Config config) {
    var system = ActorSystem.create(Behaviors.empty(), "iommu-fleet", config);
    part(
        () -> {
          system.terminate();
          system.getWhenTerminated().toCompletableFuture().get(30, TimeUnit.SECONDS);
        });
    var cluster = Cluster.get(system);
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    long deadline = System.nanoTime() + Duration.ofMillis(UP_MILLIS).toNanos();
    while (!cluster.selfMember().status().toString().equals("Up")) {
      if (System.nanoTime() - deadline > 0) {
        throw new NodeStartException(
            "the node's own cluster did not form in %d s; see its log".formatted(UP_MILLIS / 1000));
      }
      pause();
    }
    return system;
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(10);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NodeStartException("interrupted while the cluster formed");
    }
  }

  private Gateway gateway(ActorSystem<?> system, Admission admission) {
    var entries = new JournalEntrySource(system, "jdbc-read-journal");
    var environment =
        new EntityEnvironment(
            entitySettings(),
            Model.VERSION,
            entries,
            new ShardedPeers(system),
            () -> host() + ":" + grpcPort,
            metrics,
            new UnixNanos());
    return new Gateway(
        system,
        IommuSharding.start(system, environment),
        HostDeviceSharding.start(system, environment),
        entries,
        admission,
        settings.limits(),
        settings.timeouts());
  }

  private EntitySettings entitySettings() {
    var limits = settings.limits();
    return new EntitySettings(
        settings.journal().fullByDefault(),
        settings.snapshots().everyEntries(),
        settings.snapshots().everyBytes(),
        settings.journal().carriedFacts(),
        settings.timeouts().idleMillis(),
        settings.timeouts().restartBackoffMinMillis(),
        settings.timeouts().restartBackoffMaxMillis(),
        new LinkSettings(
            new Resending(
                settings.timeouts().resendMinMillis(), settings.timeouts().resendMaxMillis()),
            settings.timeouts().deviceTlbMillis(),
            settings.timeouts().devicePollMillis()),
        new EntityLimits(
            limits.operationsPerRequest(),
            limits.requestBytes(),
            limits.replyBytes(),
            limits.memoryOperationBytes(),
            limits.entryBytes(),
            limits.suspendedRequests(),
            limits.sessions(),
            limits.requestsPerSession(),
            limits.watchersPerEntity(),
            settings.timeouts().awaitMaxMillis()));
  }

  private record SpawnedStreams(Gateway gateway) implements FleetService.Streams {
    private static final AtomicLong COUNT = new AtomicLong();

    @Override
    public ActorRef<ExecuteStream.Message> execute(
        ServerCallStreamObserver<ExecuteStreamResponse> observer) {
      return spawn(ExecuteStream.create(gateway, observer), "execute-");
    }

    @Override
    public void watch(WatchRequest request, ServerCallStreamObserver<WatchResponse> observer) {
      var watcher =
          spawn(WatchStream.create(gateway, new WatchStream.Client(request, observer)), "watch-");
      observer.setOnReadyHandler(() -> watcher.tell(new WatchStream.ClientReads()));
      observer.setOnCancelHandler(() -> watcher.tell(new WatchStream.Gone()));
    }

    private <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
      return gateway
          .system()
          .systemActorOf(behavior, name + COUNT.incrementAndGet(), Props.empty());
    }
  }

  private void count(ActorSystem<?> system, Admission admission) {
    metrics.gauge("requests_in_flight", "Requests that clients wait for", admission::total);
    metrics.state("ready", "Whether this node takes requests", () -> !admission.closed());
    system.systemActorOf(
        ShardWatch.create(
            Map.of(
                EntityKind.IOMMU, IommuSharding.KEY,
                EntityKind.HOST_DEVICE, HostDeviceSharding.KEY),
            metrics),
        "shard-watch",
        Props.empty());
  }

  // ---- servers -----------------------------------------------------------------------------

  private ExecutorService blockingExecutor() {
    var blocking = Executors.newSingleThreadExecutor(Thread.ofPlatform().name("list").factory());
    part(blocking::shutdownNow);
    return blocking;
  }

  private void startGrpc(List<BindableService> services, HealthStatusManager health) {
    GrpcLog.install();
    var node = settings.node();
    int messageBytes = settings.limits().grpcMessageBytes();
    var builder =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(node.host(), node.grpcPort()), door.grpc())
            // Nothing in the services blocks.
            .directExecutor()
            .maxInboundMessageSize(WireCheck.readBytes(messageBytes))
            .maxInboundMetadataSize(16 << 10)
            .maxConcurrentCallsPerConnection(1_024)
            .keepAliveTime(30, TimeUnit.SECONDS)
            .keepAliveTimeout(10, TimeUnit.SECONDS)
            .permitKeepAliveTime(10, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .intercept(new CountedCalls(metrics))
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance())
            .fallbackHandlerRegistry(new UnknownMethods());
    services.forEach(service -> builder.addService(WireCheck.around(service, messageBytes)));
    var server = builder.build();
    try {
      server.start();
    } catch (IOException e) {
      throw taken("gRPC", node.grpcPort(), "--grpc-port", e);
    }
    part(() -> stop(server));
    grpcPort = server.getPort();
  }

  private void startHttp(ActorSystem<?> system, BooleanSupplier ready) {
    var node = settings.node();
    try {
      var binding =
          HealthEndpoint.bind(
                  Http.get(system).newServerAt(node.host(), node.httpPort()),
                  door.http(),
                  ready,
                  metrics)
              .toCompletableFuture()
              .join();
      part(() -> binding.unbind().toCompletableFuture().get(5, TimeUnit.SECONDS));
      httpPort = binding.localAddress().getPort();
    } catch (CompletionException e) {
      throw taken("HTTP", node.httpPort(), "--http-port", e);
    }
  }

  private NodeStartException taken(String what, int port, String option, Exception cause) {
    return new NodeStartException(
        ("the %s server cannot listen on %s:%d (%s); is another node running? choose another port"
                + " with %s, 0 means any free one")
            .formatted(what, settings.node().host(), port, first(cause).getMessage(), option),
        cause);
  }

  private static Throwable first(Throwable failure) {
    return failure.getCause() == null ? failure : first(failure.getCause());
  }

  // ---- end ---------------------------------------------------------------------------------

  private void drain(Admission admission) {
    admission.close();
    long deadline =
        System.nanoTime() + Duration.ofMillis(settings.timeouts().drainMillis()).toNanos();
    while (admission.total() > 0 && System.nanoTime() - deadline < 0) {
      pause();
    }
    if (admission.total() > 0) {
      LOG.warn("{} requests were not answered when the drain time ended", admission.total());
    }
  }

  private static void stop(Server server) throws InterruptedException {
    server.shutdown();
    if (!server.awaitTermination(500, TimeUnit.MILLISECONDS)) {
      server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  /** Answers what is in flight as far as the drain time goes, and ends. */
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        LOG.warn("a part of the node did not end well", e);
      }
    }
  }

  /** Strictly ascending in this process, near the wall clock. */
  private static final class UnixNanos implements LongSupplier {
    private final AtomicLong last = new AtomicLong();

    @Override
    public long getAsLong() {
      var now = Instant.now();
      long nanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
      return last.updateAndGet(before -> Math.max(before + 1, nanos));
    }
  }
}
