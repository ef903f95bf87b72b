package dev.iommufleet.actors;

import static dev.iommufleet.actors.Harness.answer;
import static dev.iommufleet.actors.Ops.FEDATA;
import static dev.iommufleet.actors.Ops.storeQuads;
import static dev.iommufleet.actors.Ops.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import dev.iommufleet.protocol.api.v1.DeleteIommuRequest;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.WatchKind;
import dev.iommufleet.protocol.api.v1.WatchRequest;
import dev.iommufleet.protocol.cluster.v1.EntityReply;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import dev.iommufleet.protocol.cluster.v1.WatchCredit;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A watcher of an entity")
class EntityWatchTest {
  private static final long QUEUE = 0x10000;

  private final Harness it = new Harness();

  @AfterEach
  void close() {
    it.close();
  }

  /** A wait that writes {@code value} to 0x20000, and the doorbell that has it executed. */
  private static Operation[] ring(int slot, int value) {
    return new Operation[] {
      storeQuads(QUEUE + 16L * slot, (long) value << 32 | 0x25L, 0x20000L),
      write(0x88, 4, (slot + 1) << 4)
    };
  }

  private void queue() {
    it.create();
    it.execute(write(0x90, 8, QUEUE), write(0x18, 4, 1L << 26));
  }

  private TestProbe<EntityReply> watch(long from, WatchKind... kinds) {
    return it.send(EntityRequest.newBuilder().setWatch(request(from, kinds)));
  }

  private static WatchRequest.Builder request(long from, WatchKind... kinds) {
    return WatchRequest.newBuilder()
        .setIommuId("i1")
        .setFromSequence(from)
        .addAllKinds(java.util.List.of(kinds));
  }

  @Test
  @DisplayName("from now on is told of what becomes visible, after it is in the journal")
  void live() {
    queue();
    var watcher = watch(0, WatchKind.WATCH_KIND_STATUS_WRITE);
    assertEquals(2, answer(watcher).getWatch().getCaughtUp().getSequenceNumber());

    it.execute(write(FEDATA, 4, 1));
    it.execute(ring(0, 9));

    var entry = answer(watcher).getWatch().getEntry();
    assertEquals(4, entry.getSequenceNumber());
    assertEquals(1, entry.getFactsCount());
    var written = entry.getFacts(0).getFact().getMemoryWritten();
    assertEquals(0x20000, written.getAddress());
    assertEquals(9, written.getData().byteAt(0));
    int index = entry.getFacts(0).getIndex();
    var flat =
        it.lastEntry().getFactsList().stream().flatMap(g -> g.getFactsList().stream()).toList();
    assertEquals(entry.getFacts(0).getFact(), flat.get(index));
  }

  @Test
  @DisplayName("that begins before the end has to read the journal first")
  void behind() {
    queue();

    var watcher = watch(1);

    assertEquals(2, answer(watcher).getWatch().getLagged().getServedSequence());
    it.execute(ring(0, 9));
    watcher.expectNoMessage(Duration.ofMillis(100));
  }

  @Test
  @DisplayName("beyond the end is refused")
  void beyond() {
    queue();

    assertEquals("BEYOND_END", answer(watch(4)).getRefusal().getCode());
    assertTrue(answer(watch(3)).getWatch().hasCaughtUp());
  }

  @Test
  @DisplayName("that does not take what it is told is told that it lagged, and no more")
  void slow() {
    queue();
    var watcher = watch(0, WatchKind.WATCH_KIND_STATUS_WRITE);
    answer(watcher);
    for (int i = 0; i < Watchers.CREDIT + 2; i++) {
      it.execute(ring(i, i));
    }

    for (int i = 0; i < Watchers.CREDIT; i++) {
      assertEquals(i + 3, answer(watcher).getWatch().getEntry().getSequenceNumber());
    }
    assertEquals(Watchers.CREDIT + 3, answer(watcher).getWatch().getLagged().getServedSequence());
    watcher.expectNoMessage(Duration.ofMillis(100));
  }

  @Test
  @DisplayName("gets more when it gives credit")
  void credit() {
    queue();
    var watcher = watch(0, WatchKind.WATCH_KIND_STATUS_WRITE);
    long correlation = answer(watcher).getCorrelation();
    for (int i = 0; i < Watchers.CREDIT + 2; i++) {
      it.execute(ring(i, i));
      answer(watcher);
      it.tell(
          new EntityCommand.Ask(
              EntityRequest.newBuilder()
                  .setCorrelation(correlation)
                  .setWatchCredit(WatchCredit.newBuilder().setEntries(1))
                  .build(),
              watcher.getRef()));
    }

    assertEquals(Watchers.CREDIT + 4, it.get().getSequenceNumber());
  }

  @Test
  @DisplayName("is one of a bounded number, and told when the IOMMU is deleted")
  void deleted() {
    queue();
    var first = watch(0);
    var second = watch(0);
    answer(first);
    answer(second);
    assertEquals("LIMIT_EXCEEDED", answer(watch(0)).getRefusal().getCode());

    it.ask(EntityRequest.newBuilder().setDelete(DeleteIommuRequest.getDefaultInstance()));

    assertEquals("IOMMU_NOT_FOUND", answer(first).getRefusal().getCode());
    assertEquals("IOMMU_NOT_FOUND", answer(second).getRefusal().getCode());
  }

  @Test
  @DisplayName("keeps the entity in memory; without one, an idle entity asks to leave")
  void passivation() {
    queue();
    var watcher = watch(0);
    answer(watcher);
    it.tell(new EntityCommand.LookAround());
    it.tell(new EntityCommand.LookAround());
    it.shard.expectNoMessage(Duration.ofMillis(100));

    it.restart();
    it.tell(new EntityCommand.LookAround());

    it.shard.expectMessageClass(ClusterSharding.Passivate.class);
  }

  @Test
  @DisplayName("or not: an entity that was just used, or owes something, does not ask to leave")
  void neededInMemory() {
    queue();
    it.tell(new EntityCommand.LookAround());
    it.shard.expectNoMessage(Duration.ofMillis(50));
    it.send(Harness.request(Ops.awaitWord(0x3000, 7, 60_000)));
    it.get();
    it.tell(new EntityCommand.LookAround());
    it.tell(new EntityCommand.LookAround());

    it.shard.expectNoMessage(Duration.ofMillis(100));
  }
}
