package dev.iommufleet.actors;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.persistence.testkit.PersistenceTestKitPlugin;
import akka.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import akka.persistence.testkit.query.javadsl.PersistenceTestKitReadJournal;
import com.typesafe.config.ConfigFactory;
import dev.iommufleet.protocol.cluster.v1.EntityReply;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import dev.iommufleet.protocol.cluster.v1.LinkToDevice;
import dev.iommufleet.protocol.cluster.v1.LinkToIommu;
import dev.iommufleet.protocol.journal.v1.Entry;
import dev.iommufleet.protocol.journal.v1.HostDeviceEntry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** IOMMUs and host devices over one journal, and a wire between them that does as it is told. */
final class LinkHarness implements AutoCloseable {
  static final LinkSettings LINKS = new LinkSettings(new Resending(20, 200), 60_000, 5);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration ANSWER = Duration.ofMillis(500);

  final ActorTestKit kit;
  final Wire wire = new Wire();
  private final EntityEnvironment environment;
  private final TestProbe<ClusterSharding.ShardCommand> shard;
  private final Map<String, ActorRef<EntityCommand>> entities = new ConcurrentHashMap<>();
  private final ExecutorService killer = Executors.newSingleThreadExecutor();
  private final AtomicLong correlation = new AtomicLong();
  private final AtomicLong nanos = new AtomicLong(1_000);

  /** What happens to a message. */
  enum Fate {
    ARRIVES,
    LOST,
    TWICE,
    /** The receiver is killed before it gets there. */
    RECEIVER_KILLED,
    SENDER_KILLED
  }

  /** Decides what becomes of the {@code number}-th message, from 1. */
  @FunctionalInterface
  interface Fates {
    Fate of(int number);
  }

  /** Counts what is told between entities. */
  final class Wire implements Peers {
    final AtomicInteger told = new AtomicInteger();
    volatile Fates fates = _ -> Fate.ARRIVES;

    @Override
    public void tellDevice(String deviceId, LinkToDevice message) {
      tell(
          EntityKey.device(deviceId),
          EntityKey.iommu(message.getIommuId()),
          new EntityCommand.ToDevice(message));
    }

    @Override
    public void tellIommu(String iommuId, LinkToIommu message) {
      tell(
          EntityKey.iommu(iommuId),
          EntityKey.device(message.getDeviceId()),
          new EntityCommand.ToIommu(message));
    }

    private void tell(String to, String from, EntityCommand message) {
      switch (fates.of(told.incrementAndGet())) {
        case ARRIVES -> deliver(to, message);
        case LOST -> {}
        case TWICE -> {
          deliver(to, message);
          deliver(to, message);
        }
        case RECEIVER_KILLED -> kill(to);
        case SENDER_KILLED -> {
          deliver(to, message);
          kill(from);
        }
      }
    }

    private void deliver(String to, EntityCommand message) {
      var entity = entities.get(to);
      if (entity != null) {
        entity.tell(message);
      }
    }
  }

  /** Names of entities in this harness. */
  static final class EntityKey {
    private EntityKey() {}

    static String iommu(String id) {
      return IommuEntity.persistenceId(id).id();
    }

    static String device(String id) {
      return HostDeviceEntity.persistenceId(id).id();
    }
  }

  LinkHarness(LinkSettings links) {
    this(new EntitySettings(false, 7, 1 << 20, 64, 60_000, 10, 50, links, EntityLimits.DEFAULT));
  }

  LinkHarness(EntitySettings settings) {
    kit =
        ActorTestKit.create(
            PersistenceTestKitPlugin.getInstance()
                .config()
                .withFallback(PersistenceTestKitSnapshotPlugin.config())
                .withFallback(ConfigFactory.load("entity-test")));
    shard = kit.createTestProbe(ClusterSharding.ShardCommand.class);
    environment =
        new EntityEnvironment(
            settings,
            "test",
            new JournalEntrySource(kit.system(), PersistenceTestKitReadJournal.Identifier()),
            wire,
            () -> "node:1",
            EntityMetrics.NONE,
            nanos::incrementAndGet,
            Ownership.ALWAYS);
  }

  void startIommu(String id) {
    start(EntityKey.iommu(id));
  }

  void startDevice(String id) {
    start(EntityKey.device(id));
  }

  private void start(String key) {
    entities.put(key, kit.spawn(behavior(key)));
  }

  private Behavior<EntityCommand> behavior(String key) {
    var id = key.substring(key.indexOf('|') + 1);
    return key.startsWith("iommu")
        ? IommuEntity.create(id, shard.getRef(), environment)
        : HostDeviceEntity.create(id, shard.getRef(), environment);
  }

  /** The entity stops at once, and starts again over its journal a while later. */
  void kill(String key) {
    var entity = entities.remove(key);
    if (entity != null) {
      CompletableFuture.runAsync(() -> restart(key, entity), killer);
    }
  }

  private void restart(String key, ActorRef<EntityCommand> entity) {
    var probe = kit.createTestProbe();
    entity.tell(new EntityCommand.Stop());
    probe.expectTerminated(entity, PATIENCE);
    start(key);
  }

  /** As {@link #kill}, and waits for it. */
  void restart(String key) {
    kill(key);
    CompletableFuture.runAsync(() -> {}, killer).join();
  }

  /** Asks once. */
  void send(String key, EntityRequest.Builder request, TestProbe<EntityReply> probe) {
    var message = request.setCorrelation(correlation.incrementAndGet()).build();
    entities.get(key).tell(new EntityCommand.Ask(message, probe.getRef()));
  }

  /** Asks until there is an answer, as a client does. */
  EntityReply ask(String key, EntityRequest.Builder request) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() - deadline < 0) {
      var probe = kit.createTestProbe(EntityReply.class);
      var entity = entities.get(key);
      if (entity != null) {
        var message = request.setCorrelation(correlation.incrementAndGet()).build();
        entity.tell(new EntityCommand.Ask(message, probe.getRef()));
      }
      try {
        return probe.receiveMessage(ANSWER);
      } catch (AssertionError _) {
        // Killed meanwhile; asked again.
      } finally {
        probe.stop();
      }
    }
    throw new AssertionError(key + " does not answer " + request);
  }

  /** Asks until the answer is as it should be. */
  EntityReply await(String key, EntityRequest.Builder request, Predicate<EntityReply> wanted) {
    return kit.createTestProbe()
        .awaitAssert(
            PATIENCE,
            Duration.ofMillis(5),
            () -> {
              var reply = ask(key, request);
              if (!wanted.test(reply)) {
                throw new AssertionError(key + " stays at " + reply);
              }
              return reply;
            });
  }

  List<Entry> iommuEntries(String id) {
    return entries(Entry.class, EntityKey.iommu(id));
  }

  List<HostDeviceEntry> deviceEntries(String id) {
    return entries(HostDeviceEntry.class, EntityKey.device(id));
  }

  private <M> List<M> entries(Class<M> type, String key) {
    try {
      return environment
          .entries()
          .read(type, key, 1, Long.MAX_VALUE)
          .toCompletableFuture()
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    killer.shutdown();
    kit.shutdownTestKit();
  }
}
