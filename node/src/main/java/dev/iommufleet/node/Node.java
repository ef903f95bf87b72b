package dev.iommufleet.node;

import akka.actor.CoordinatedShutdown;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.iommufleet.config.Settings;
import dev.iommufleet.node.metrics.NodeMetrics;
import dev.iommufleet.node.security.Door;
import dev.iommufleet.persistence.journal.FleetIndex;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node: the process's journal and its doors, which stay, and its lives as a member of a cluster.
 * One that its cluster has given up begins another life with the same ports.
 */
public final class Node implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Node.class);
  private static final int UP_SECONDS = 60;
  private static final int PAUSE_SECONDS = 1;

  private final Settings settings;
  private final NodeMetrics metrics = new NodeMetrics();

  /** What started last ends first. */
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  private final CompletableFuture<Void> serving = new CompletableFuture<>();
  private final CompletableFuture<End> ended = new CompletableFuture<>();
  private String data;
  private Home home;
  private Thread lives;
  private volatile Life life;
  private volatile Life.Ports ports;
  private volatile boolean closing;
  private final AtomicInteger restarts = new AtomicInteger();

  private Node(Settings settings) {
    this.settings = settings;
  }

  /**
   * Opens the node's doors. A node of its own serves when it returns; one of several looks for the
   * others, and {@link #awaitServing} waits until they are found.
   *
   * @param config as {@code Profiles.load} gives it
   * @throws dev.iommufleet.persistence.store.StoreException the data cannot be used
   * @throws dev.iommufleet.node.security.TlsException keys or certificates cannot be used
   * @throws NodeStartException a port is taken, or the node does not come to serve
   */
  public static Node start(Config config) {
    var node = new Node(Settings.of(config));
    try {
      node.open(config);
      if (!node.settings.cluster().several()) {
        node.awaitOwnCluster();
      }
      return node;
    } catch (RuntimeException e) {
      node.close();
      throw e;
    }
  }

  /** Where gRPC clients find it. */
  public int grpcPort() {
    return home.door().port();
  }

  public int httpPort() {
    return ports.http();
  }

  public String host() {
    return settings.node().host();
  }

  /** Where the journal is, as people may read it: a directory's absolute path, or a database. */
  public String data() {
    return data;
  }

  private void open(Config given) {
    settings.cluster().checkFormable(settings.journal());
    var locks = Door.of(settings.tls());
    var store = part(Stores.open(settings));
    data = store.description();
    var config = ConfigFactory.parseMap(store.settings()).withFallback(given).resolve();
    var index = part(FleetIndex.open(store));
    var blocking = blockingExecutor();
    var door =
        GrpcDoor.open(
            settings, locks, metrics, List.of(new ClusterAdmin(() -> life, restarts::get)));
    part(door::close);
    home = new Home(settings, locks.remoting(config), index, blocking, door, locks, metrics);
    life = Life.begin(home, new Life.Ports(settings.node().httpPort(), settings.cluster().port()));
    ports = life.ports();
    metrics.gauge("requests_in_flight", "Requests that clients wait for", () -> life.inFlight());
    metrics.state("ready", "Whether this node takes requests", () -> life.serves());
    lives = Thread.ofPlatform().name("lives").start(this::live);
  }

  private <T extends AutoCloseable> T part(T part) {
    parts.push(part);
    return part;
  }

  private ExecutorService blockingExecutor() {
    var blocking = Executors.newSingleThreadExecutor(Thread.ofPlatform().name("list").factory());
    part(blocking::shutdownNow);
    return blocking;
  }

  // ---- lives -------------------------------------------------------------------------------

  /** How a process ends that nobody has killed. */
  public enum End {
    /** It was closed, or told to leave its cluster. */
    LEFT,
    /** The cluster that it found has other seeds. */
    OTHER_SEEDS,
    /** It erred; the log says how. */
    FAILED
  }

  private void live() {
    var end = End.FAILED;
    try {
      while (true) {
        if (life.serve()) {
          serving.complete(null);
        }
        life.awaitEnd();
        var last = ending();
        if (last.isPresent()) {
          end = last.get();
          return;
        }
        restarts.incrementAndGet();
        LOG.warn(
            "this node is out of its cluster ({}) and looks for it anew, time {}",
            reason(),
            restarts.get());
        beginAgain();
      }
    } catch (RuntimeException e) {
      LOG.error("the node cannot go on", e);
    } finally {
      ended.complete(end);
    }
  }

  private String reason() {
    return life.reason().map(it -> it.getClass().getSimpleName()).orElse("unknown");
  }

  /** Empty: it goes on with another life. */
  private Optional<End> ending() {
    var reason = life.reason().orElse(CoordinatedShutdown.unknownReason());
    if (closing || reason.equals(CoordinatedShutdown.clusterLeavingReason())) {
      return Optional.of(End.LEFT);
    }
    return reason.equals(CoordinatedShutdown.incompatibleConfigurationDetectedReason())
        ? Optional.of(End.OTHER_SEEDS)
        : Optional.empty();
  }

  /** The ports may take a moment to be free. */
  private void beginAgain() {
    while (true) {
      pause();
      synchronized (this) {
        if (closing) {
          return;
        }
        try {
          life = Life.begin(home, ports);
          return;
        } catch (NodeStartException e) {
          LOG.warn("the node cannot begin anew yet: {}", e.getMessage());
        }
      }
    }
  }

  private static void pause() {
    try {
      TimeUnit.SECONDS.sleep(PAUSE_SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private void awaitOwnCluster() {
    try {
      CompletableFuture.anyOf(serving, ended).get(UP_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new NodeStartException(
          "the node's own cluster did not form in %d s; see its log".formatted(UP_SECONDS), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NodeStartException("interrupted while the cluster formed");
    }
  }

  /**
   * Waits until the node serves for the first time, however long the others take.
   *
   * @return false: it ended before
   */
  public boolean awaitServing() {
    CompletableFuture.anyOf(serving, ended).join();
    return serving.isDone();
  }

  /** Waits until the node has ended by itself or was closed. */
  public End awaitEnd() {
    return ended.join();
  }

  /**
   * Answers what is in flight as far as the drain time goes, hands its shards over, leaves its
   * cluster, and ends.
   */
  @Override
  public void close() {
    synchronized (this) {
      closing = true;
      if (life != null) {
        home.door().announceEnd();
        life.end();
      }
    }
    if (lives != null) {
      ended.join();
    }
    closeParts();
  }

  private synchronized void closeParts() {
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
}
