package dev.iommufleet.node;

import akka.Done;
import akka.actor.CoordinatedShutdown;
import akka.actor.CoordinatedShutdown.Reason;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import com.typesafe.config.Config;
import dev.iommufleet.actors.EntityEnvironment;
import dev.iommufleet.actors.HostDeviceSharding;
import dev.iommufleet.actors.IommuSharding;
import dev.iommufleet.actors.JournalEntrySource;
import dev.iommufleet.actors.OwnedPeers;
import dev.iommufleet.actors.Ownership;
import dev.iommufleet.actors.OwnershipGuard;
import dev.iommufleet.actors.OwnershipState;
import dev.iommufleet.actors.ShardedPeers;
import dev.iommufleet.config.ClusterConfig;
import dev.iommufleet.config.Settings;
import dev.iommufleet.hardware.vtd.Model;
import dev.iommufleet.node.metrics.ShardWatch;
import dev.iommufleet.protocol.api.v1.NodeState;
import dev.iommufleet.protocol.api.v1.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stay of the process in a cluster: from the search for it until its actors have ended. A node
 * that its cluster has given up begins another.
 */
final class Life {
  private static final Logger LOG = LoggerFactory.getLogger(Life.class);
  private static final int PAUSE_MILLIS = 10;

  private final Home home;
  private final Settings settings;
  private final ActorSystem<?> system;
  private final Cluster cluster;
  private final Admission admission;
  private final Pending pending = new Pending();
  private final Optional<OwnershipState> state;
  private final Ownership ownership;
  private final HandOver handOver;

  /** gRPC servers of other members by the uid of their run. */
  private final ConcurrentHashMap<Long, String> addresses = new ConcurrentHashMap<>();

  private ServerBinding http;

  /** It takes no more requests and has no shards, and stays a member. */
  private volatile boolean drained;

  /** Since when it is a member; 0: it is not. */
  private volatile long upSinceNanos;

  private final long begunNanos = EntitySetup.unixNanos();

  /** Ports as they were found the first time: the process keeps them. */
  record Ports(int http, int cluster) {}

  private Life(Home home, Ports ports) {
    this.home = home;
    this.settings = home.settings();
    this.admission = new Admission(settings.limits().requestsInFlight());
    this.state =
        settings.cluster().several()
            ? Optional.of(
                new OwnershipState(
                    TimeUnit.MILLISECONDS.toNanos(settings.cluster().ownershipLimitMillis())))
            : Optional.empty();
    this.ownership = state.<Ownership>map(it -> it).orElse(Ownership.ALWAYS);
    this.system = ActorSystem.create(Behaviors.empty(), "iommu-fleet", config(ports.cluster));
    this.cluster = Cluster.get(system);
    this.handOver = new HandOver(system, EntitySetup.KINDS.values());
  }

  /**
   * Begins to look for a cluster, and answers on the HTTP port.
   *
   * @throws NodeStartException a port is taken
   */
  static Life begin(Home home, Ports ports) {
    Life life;
    try {
      life = new Life(home, ports);
    } catch (RuntimeException e) {
      throw NodeStartException.cluster(home.settings().cluster(), e);
    }
    try {
      life.open(ports.http);
      return life;
    } catch (RuntimeException e) {
      life.end();
      throw e;
    }
  }

  private Config config(int clusterPort) {
    return ClusterConfig.phases(settings)
        .withFallback(ClusterConfig.of(settings.cluster(), settings.node(), clusterPort))
        .withFallback(home.config())
        .resolve();
  }

  private void open(int httpPort) {
    var shutdown = CoordinatedShutdown.get(system);
    shutdown.addTask(
        CoordinatedShutdown.PhaseBeforeServiceUnbind(), "drain", () -> onThread(this::drain));
    shutdown.addTask(CoordinatedShutdown.PhaseBeforeClusterShutdown(), "hand-over", this::handOver);
    shutdown.addTask(
        CoordinatedShutdown.PhaseBeforeActorSystemTerminate(), "close-doors", this::closeDoors);
    var formation = new Formation(system, settings.cluster());
    bindHttp(formation, httpPort);
    state.ifPresent(this::watchOwnership);
    formation.begin();
  }

  private void bindHttp(Formation formation, int port) {
    var node = settings.node();
    try {
      http =
          HealthEndpoint.bind(
                  Http.get(system).newServerAt(node.host(), port),
                  home.locks().http(),
                  this::serves,
                  home.metrics(),
                  formation.contactPoint(home.locks(), port))
              .toCompletableFuture()
              .join();
    } catch (CompletionException e) {
      throw NodeStartException.taken("HTTP", node.host(), port, "--http-port", e);
    }
  }

  private void watchOwnership(OwnershipState it) {
    OwnershipGuard.start(
        system,
        new OwnershipGuard.Terms(
            settings.cluster().ownershipPingMillis(),
            settings.cluster().majority(),
            ClusterConfig.VOTER,
            home::grpc,
            it,
            addresses));
  }

  // ---- serving -----------------------------------------------------------------------------

  /**
   * Waits until the node is a member that is certain of it, and serves.
   *
   * @return false: it ended before
   */
  boolean serve() {
    if (!await(this::isUp)) {
      return false;
    }
    upSinceNanos = EntitySetup.unixNanos();
    var gateway = gateway();
    if (!await(ownership::certain)) {
      return false;
    }
    var limits = settings.limits();
    var fleet =
        new FleetService(
            gateway,
            new IdList(home.index()::iommus, limits, home.blocking()),
            new Streams(gateway));
    home.door()
        .serve(
            List.of(
                RawExecute.of(fleet, fleet),
                new DeviceService(
                    new DeviceAsks(gateway),
                    new IdList(home.index()::devices, limits, home.blocking()))));
    var owing = new Owing(gateway, home.index(), home.blocking());
    Waker.start(gateway, owing, settings.cluster().wakeMillis());
    return true;
  }

  boolean isUp() {
    return cluster.selfMember().status().equals(MemberStatus.up());
  }

  private boolean await(BooleanSupplier condition) {
    long joinedNanos = 0;
    while (!condition.getAsBoolean()) {
      if (system.getWhenTerminated().toCompletableFuture().isDone()) {
        return false;
      }
      long now = System.nanoTime();
      boolean joined = cluster.state().getMembers().iterator().hasNext();
      joinedNanos = !joined ? 0 : joinedNanos == 0 ? now : joinedNanos;
      long millis = joined ? TimeUnit.NANOSECONDS.toMillis(now - joinedNanos) : 0;
      if (millis > settings.cluster().joinMillis()) {
        LOG.warn("a cluster was joined {} ms ago and does not begin to serve", millis);
        end();
        return false;
      }
      pause();
    }
    return true;
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NodeStartException("interrupted while the cluster formed");
    }
  }

  private Gateway gateway() {
    var entries = new JournalEntrySource(system, "jdbc-read-journal");
    var environment =
        new EntityEnvironment(
            EntitySetup.of(settings),
            Model.VERSION,
            entries,
            new OwnedPeers(new ShardedPeers(system), ownership),
            home::grpc,
            home.metrics(),
            new EntitySetup.UnixNanos(),
            ownership);
    var gateway =
        new Gateway(
            system,
            IommuSharding.start(system, environment),
            HostDeviceSharding.start(system, environment),
            entries,
            admission,
            pending,
            ownership,
            settings.limits(),
            settings.timeouts());
    pending.watch(system);
    system.systemActorOf(
        ShardWatch.create(EntitySetup.KINDS, home.metrics()), "shard-watch", Props.empty());
    return gateway;
  }

  int inFlight() {
    return admission.total();
  }

  /** It takes requests. */
  boolean serves() {
    return isUp() && ownership.certain() && !admission.closed();
  }

  Ports ports() {
    return new Ports(
        http.localAddress().getPort(),
        settings.cluster().several() ? cluster.selfMember().address().getPort().orElse(0) : 0);
  }

  // ---- end ---------------------------------------------------------------------------------

  /** What is under way is answered; a node that was given up has nobody to answer for. */
  private void drain() {
    boolean given = reason().filter(CoordinatedShutdown.clusterDowningReason()::equals).isPresent();
    if (given) {
      close(Errors.notReady());
      pending.endAll(Errors.cutOff());
    } else {
      drain(Errors.stopping());
    }
  }

  private void close(Refusal refusal) {
    admission.close();
    home.door().refuse(refusal);
  }

  /** New requests are refused; those under way are answered. */
  private void drain(Refusal refusal) {
    close(refusal);
    int open = admission.awaitNone(Duration.ofMillis(settings.timeouts().drainMillis()));
    if (open > 0) {
      LOG.warn("{} requests were not answered when the drain time ended", open);
    }
  }

  /** A member that others still count on gives its shards away before its regions end. */
  CompletionStage<Done> handOver() {
    var most = Duration.ofMillis(ClusterConfig.politeMillis(settings.cluster()));
    return onThread(() -> handOver.run(most, () -> isUp() && isCertain()));
  }

  /** Its regions have ended. */
  void handedOver() {
    handOver.ended();
  }

  private CompletionStage<Done> closeDoors() {
    pending.endAll(Errors.cutOff());
    return http.unbind().thenApply(_ -> Done.getInstance());
  }

  private static CompletionStage<Done> onThread(Runnable work) {
    return CompletableFuture.runAsync(work, task -> Thread.ofPlatform().name("drain").start(task))
        .thenApply(_ -> Done.getInstance());
  }

  /** Why it ends; empty: it does not. */
  Optional<Reason> reason() {
    return CoordinatedShutdown.get(system).getShutdownReason();
  }

  /**
   * Answers what is under way, hands the shards over, leaves the cluster. Returns when all ended.
   */
  void end() {
    CoordinatedShutdown.get(system).runAll(CoordinatedShutdown.actorSystemTerminateReason());
    awaitEnd();
  }

  void awaitEnd() {
    system.getWhenTerminated().toCompletableFuture().join();
  }

  /** New requests are refused from now on; returns when those under way are answered. */
  CompletionStage<Done> drainForGood() {
    drained = true;
    return onThread(() -> drain(Errors.drained()));
  }

  /** Gives the shards away and leaves; the process then ends. */
  void leave() {
    CoordinatedShutdown.get(system).runAll(CoordinatedShutdown.clusterLeavingReason());
  }

  // ---- what others ask ---------------------------------------------------------------------

  NodeState state() {
    if (reason().isPresent()) {
      return NodeState.NODE_STATE_STOPPING;
    }
    if (upSinceNanos == 0) {
      return NodeState.NODE_STATE_JOINING;
    }
    if (drained) {
      return NodeState.NODE_STATE_DRAINED;
    }
    return ownership.certain() ? NodeState.NODE_STATE_SERVING : NodeState.NODE_STATE_UNCERTAIN;
  }

  boolean isCertain() {
    return upSinceNanos != 0 && ownership.certain();
  }

  /** Nanoseconds since 1970-01-01 UTC: since when {@link #isCertain} is as it is. */
  long certainSinceUnixNanos() {
    return state.map(OwnershipState::changedUnixNanos).filter(it -> it != 0).orElse(begunNanos);
  }

  /** Nanoseconds since 1970-01-01 UTC; 0: it is no member. */
  long upSinceUnixNanos() {
    return upSinceNanos;
  }

  String grpc() {
    return home.grpc();
  }

  /** A member's gRPC server by the uid of its run; empty: it has not said. */
  String grpcOf(long uid) {
    return uid == cluster.selfMember().uniqueAddress().longUid()
        ? home.grpc()
        : addresses.getOrDefault(uid, "");
  }

  Settings settings() {
    return settings;
  }

  Cluster cluster() {
    return cluster;
  }

  ActorSystem<?> system() {
    return system;
  }
}
