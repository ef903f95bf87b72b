package dev.iommufleet.actors;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.persistence.testkit.PersistenceTestKitPlugin;
import akka.persistence.testkit.PersistenceTestKitSnapshotPlugin;
import akka.persistence.testkit.javadsl.PersistenceTestKit;
import akka.persistence.testkit.query.javadsl.PersistenceTestKitReadJournal;
import com.typesafe.config.ConfigFactory;
import dev.iommufleet.protocol.api.v1.CreateIommuRequest;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.GetIommuRequest;
import dev.iommufleet.protocol.api.v1.Iommu;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.Refusal;
import dev.iommufleet.protocol.api.v1.RequestId;
import dev.iommufleet.protocol.cluster.v1.EntityReply;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import dev.iommufleet.protocol.cluster.v1.LinkToDevice;
import dev.iommufleet.protocol.cluster.v1.LinkToIommu;
import dev.iommufleet.protocol.journal.v1.Entry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** One entity over a journal in memory, which can be told to fail. Everything is serialized. */
final class Harness implements AutoCloseable {
  static final EntityLimits SMALL =
      new EntityLimits(
          64,
          16 << 10,
          8 << 10,
          4 << 10,
          64 << 10, /* suspended */
          4, /* sessions */
          2,
          /* requests */ 3, /* watchers */
          2,
          60_000);

  /** Nobody else is there. */
  private static final Peers NOBODY =
      new Peers() {
        @Override
        public void tellDevice(String deviceId, LinkToDevice message) {}

        @Override
        public void tellIommu(String iommuId, LinkToIommu message) {}
      };

  /** Long enough for anything; a test that needs it fails. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  final ActorTestKit kit;
  final PersistenceTestKit journal;
  final TestProbe<ClusterSharding.ShardCommand> shard;
  final EntityEnvironment environment;
  private final AtomicLong correlation = new AtomicLong();
  private final AtomicLong nanos = new AtomicLong(1_000);

  /** Whether the node is certain that it runs the entity alone. */
  final AtomicBoolean ownership = new AtomicBoolean(true);

  private ActorRef<EntityCommand> entity;

  Harness() {
    this(settings(false, 1_000, 256));
  }

  Harness(EntitySettings settings) {
    kit =
        ActorTestKit.create(
            PersistenceTestKitPlugin.getInstance()
                .config()
                .withFallback(PersistenceTestKitSnapshotPlugin.config())
                .withFallback(ConfigFactory.load("entity-test")));
    journal = PersistenceTestKit.create(kit.system());
    shard = kit.createTestProbe(ClusterSharding.ShardCommand.class);
    var entries = new JournalEntrySource(kit.system(), PersistenceTestKitReadJournal.Identifier());
    environment =
        new EntityEnvironment(
            settings,
            "test",
            entries,
            NOBODY,
            () -> "node:1",
            EntityMetrics.NONE,
            nanos::incrementAndGet,
            ownership::get);
    start();
  }

  static EntitySettings settings(boolean full, int snapshotEntries, int carried) {
    return new EntitySettings(
        full, snapshotEntries, 1 << 20, carried, 60_000, 10, 50, LinkSettings.DEFAULT, SMALL);
  }

  void start() {
    entity = kit.spawn(IommuEntity.create("i1", shard.getRef(), environment));
  }

  /** The entity leaves memory and is started again over the same journal. */
  void restart() {
    var probe = kit.createTestProbe();
    entity.tell(new EntityCommand.Stop());
    probe.expectTerminated(entity, PATIENCE);
    start();
  }

  void tell(EntityCommand command) {
    entity.tell(command);
  }

  ActorRef<EntityCommand> entity() {
    return entity;
  }

  TestProbe<EntityReply> send(EntityRequest.Builder request) {
    var probe = kit.createTestProbe(EntityReply.class);
    entity.tell(
        new EntityCommand.Ask(
            request.setCorrelation(correlation.incrementAndGet()).build(), probe.getRef()));
    return probe;
  }

  static EntityReply answer(TestProbe<EntityReply> probe) {
    return probe.receiveMessage(PATIENCE);
  }

  EntityReply ask(EntityRequest.Builder request) {
    return answer(send(request));
  }

  Iommu create(IommuSpec spec) {
    return ask(EntityRequest.newBuilder()
            .setCreate(CreateIommuRequest.newBuilder().setIommuId("i1").setSpec(spec)))
        .getCreate()
        .getIommu();
  }

  Iommu create() {
    return create(IommuSpec.getDefaultInstance());
  }

  Iommu get() {
    return ask(EntityRequest.newBuilder().setGet(GetIommuRequest.getDefaultInstance()))
        .getGet()
        .getIommu();
  }

  static EntityRequest.Builder request(Operation... operations) {
    return EntityRequest.newBuilder()
        .setExecute(
            ExecuteRequest.newBuilder().setIommuId("i1").addAllOperations(List.of(operations)));
  }

  static EntityRequest.Builder named(String session, long sequence, Operation... operations) {
    var request = request(operations);
    request
        .getExecuteBuilder()
        .setRequestId(RequestId.newBuilder().setSession(session).setSequence(sequence));
    return request;
  }

  ExecuteResponse execute(Operation... operations) {
    return ok(ask(request(operations)));
  }

  static ExecuteResponse ok(EntityReply reply) {
    if (!reply.hasExecute()) {
      throw new AssertionError("refused: " + reply.getRefusal());
    }
    return reply.getExecute();
  }

  Refusal refusal(EntityRequest.Builder request) {
    var reply = ask(request);
    if (!reply.hasRefusal()) {
      throw new AssertionError("not refused: " + reply);
    }
    return reply.getRefusal();
  }

  /** All entries, as the journal has them. */
  List<Entry> entries() {
    try {
      return environment
          .entries()
          .read(Entry.class, IommuEntity.persistenceId("i1").id(), 1, Long.MAX_VALUE)
          .toCompletableFuture()
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  Entry lastEntry() {
    return entries().getLast();
  }

  @Override
  public void close() {
    kit.shutdownTestKit();
  }
}
