package dev.iommufleet.actors;

import static dev.iommufleet.actors.Harness.answer;
import static dev.iommufleet.actors.Harness.named;
import static dev.iommufleet.actors.Harness.ok;
import static dev.iommufleet.actors.Harness.request;
import static dev.iommufleet.actors.Ops.FEDATA;
import static dev.iommufleet.actors.Ops.awaitWord;
import static dev.iommufleet.actors.Ops.load;
import static dev.iommufleet.actors.Ops.read;
import static dev.iommufleet.actors.Ops.store;
import static dev.iommufleet.actors.Ops.storeQuads;
import static dev.iommufleet.actors.Ops.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.persistence.journal.Divergence;
import dev.iommufleet.persistence.journal.JournalVerifier;
import dev.iommufleet.persistence.journal.Stored;
import dev.iommufleet.protocol.api.v1.AttachFunction;
import dev.iommufleet.protocol.api.v1.Await;
import dev.iommufleet.protocol.api.v1.Capabilities;
import dev.iommufleet.protocol.api.v1.CompleteInvalidation;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.Profile;
import dev.iommufleet.protocol.api.v1.QueueIdle;
import dev.iommufleet.protocol.api.v1.Reply;
import dev.iommufleet.protocol.journal.v1.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A request that has to wait")
class EntityWaitTest {
  private static final long WORD = 0x3000;
  private static final int LONG = 60_000;

  private final Harness it = new Harness();

  @AfterEach
  void close() {
    it.close();
  }

  @Test
  @DisplayName("lets others through and goes on when its condition holds, one entry a segment")
  void met() {
    it.create();
    var waiting = it.send(request(write(FEDATA, 4, 1), awaitWord(WORD, 7, LONG), read(FEDATA, 4)));
    it.execute(write(FEDATA, 4, 2));
    assertEquals(1, it.get().getSuspendedRequests());

    it.execute(store(WORD, (byte) 7, (byte) 0, (byte) 0, (byte) 0));

    var response = ok(answer(waiting));
    assertEquals(3, response.getRepliesCount());
    assertTrue(response.getReplies(1).getAwaited().getMet());
    assertEquals(2, response.getReplies(2).getRegisterValue().getValue());
    assertEquals(5, response.getSequenceNumber());
    var entries = it.entries();
    assertEquals(1, entries.get(1).getCause().getExecuted());
    assertEquals(2, entries.get(4).getCause().getRequestEntry());
    assertEquals(1, entries.get(4).getCause().getFirstOperation());
    assertEquals(2, entries.get(4).getCause().getExecuted());
    assertEquals(0, entries.get(4).getCause().getOperationsCount());
    assertEquals(0, it.get().getSuspendedRequests());
  }

  @Test
  @DisplayName("does not wait for what already holds, nor with a deadline of 0")
  void atOnce() {
    it.create();

    var response = it.execute(awaitWord(WORD, 0, LONG), awaitWord(WORD, 7, 0), read(FEDATA, 4));

    assertTrue(response.getReplies(0).getAwaited().getMet());
    assertFalse(response.getReplies(1).getAwaited().getMet());
    assertEquals(1, response.getSequenceNumber());
  }

  @Test
  @DisplayName("goes on unmet when its deadline passes, and the entry says that a timer did it")
  void deadline() {
    it.create();

    var response = it.execute(awaitWord(WORD, 7, 50), write(FEDATA, 4, 3));

    assertFalse(response.getReplies(0).getAwaited().getMet());
    assertEquals(3, response.getSequenceNumber());
    assertEquals("await", it.lastEntry().getCause().getTimer().getName());
    assertTrue(it.entries().get(1).getCause().hasExecuted());
    assertEquals(0, it.entries().get(1).getCause().getExecuted());
  }

  @Test
  @DisplayName("goes on after a restart, and its repeat gets the whole answer")
  void restart() {
    it.create();
    var operations =
        new Operation[] {write(FEDATA, 4, 1), awaitWord(WORD, 7, LONG), read(FEDATA, 4)};
    it.send(named("s", 1, operations));
    assertEquals(1, it.get().getSuspendedRequests());
    it.restart();
    var repeat = it.send(named("s", 1, operations));
    assertEquals("REQUEST_ID_REUSED", it.refusal(named("s", 1, operations[0])).getCode());

    it.execute(store(WORD, (byte) 7));

    var response = ok(answer(repeat));
    assertEquals(3, response.getRepliesCount());
    assertEquals(1, response.getReplies(2).getRegisterValue().getValue());
    var stored = ok(it.ask(named("s", 1, operations)));
    assertTrue(stored.getRepeatedAnswer());
    assertEquals(response.getRepliesList(), stored.getRepliesList());
    assertEquals(response.getSequenceNumber(), stored.getSequenceNumber());
  }

  @Test
  @DisplayName("has its deadline anew after a restart, without being asked")
  void deadlineAfterRestart() {
    it.create();
    it.send(request(write(FEDATA, 4, 1), awaitWord(WORD, 7, 400), write(FEDATA, 4, 2)));
    assertEquals(1, it.get().getSuspendedRequests());

    it.restart();

    var probe = it.kit.createTestProbe();
    probe.awaitAssert(
        () -> {
          assertEquals(3, it.entries().size());
          return null;
        });
    assertEquals("await", it.lastEntry().getCause().getTimer().getName());
  }

  @Test
  @DisplayName("is one of a bounded number")
  void bounded() {
    it.create();
    for (int i = 0; i < 4; i++) {
      it.send(request(awaitWord(WORD, 7, LONG)));
    }

    var refused = it.refusal(request(read(FEDATA, 4)));

    assertEquals("BUSY", refused.getCode());
    assertEquals("100", refused.getMetadataOrThrow("retry_after_millis"));
  }

  @Test
  @DisplayName("is carried by a snapshot")
  void snapshot() {
    try (var small = new Harness(Harness.settings(false, 3, 256))) {
      small.create();
      small.send(request(write(FEDATA, 4, 1), awaitWord(WORD, 7, LONG), read(FEDATA, 4)));
      small.execute(write(FEDATA, 4, 2));
      small.journal.clearByPersistenceId("iommu|i1");

      small.restart();

      var after = small.get();
      assertEquals(3, after.getSequenceNumber(), "the snapshot is all there is");
      assertEquals(1, after.getSuspendedRequests());
    }
  }

  // ---- the invalidation queue ----------------------------------------------------------------

  private static final int SOURCE = 0x10;
  private static final long QUEUE = 0x10000;

  /** A device-TLB invalidation of everything for SOURCE, then a wait that writes 9 to 0x20000. */
  private static final Operation DESCRIPTORS =
      storeQuads(
          QUEUE, 0x0000_0010_0000_0003L, 0x7FFF_FFFF_FFFF_F001L, 0x0000_0009_0000_0025L, 0x20000L);

  private static Operation[] park(Operation... behind) {
    var operations =
        new ArrayList<>(
            List.of(
                Operation.newBuilder()
                    .setAttachFunction(AttachFunction.newBuilder().setSourceId(SOURCE))
                    .build(),
                DESCRIPTORS,
                write(0x90, 8, QUEUE),
                write(0x18, 4, 1L << 26),
                write(0x88, 4, 2 << 4)));
    operations.addAll(List.of(behind));
    return operations.toArray(Operation[]::new);
  }

  private static IommuSpec.Builder deviceTlb(Profile profile) {
    return IommuSpec.newBuilder()
        .setProfile(profile)
        .setCapabilities(Capabilities.newBuilder().setDeviceTlb(true));
  }

  private static Operation complete() {
    return Operation.newBuilder()
        .setCompleteInvalidation(
            CompleteInvalidation.newBuilder().setSourceId(SOURCE).setItagVector(1))
        .build();
  }

  @Test
  @DisplayName("behind a parked queue goes on at once in profile architecture")
  void architecture() {
    it.create(deviceTlb(Profile.PROFILE_ARCHITECTURE).build());

    var response = it.execute(park(read(FEDATA, 4)));

    assertEquals(6, response.getRepliesCount());
    var parked = it.get();
    assertTrue(parked.hasParked());
    assertEquals(List.of(SOURCE), parked.getParked().getSourceIdsList());
  }

  @Test
  @DisplayName("behind a parked queue is suspended in profile qemu-11.1 until the device answers")
  void qemu() {
    it.create(deviceTlb(Profile.PROFILE_QEMU_11_1).build());
    var waiting = it.send(request(park(load(0x20000, 1))));
    assertEquals(1, it.get().getSuspendedRequests());
    assertTrue(it.get().hasParked());

    it.execute(complete());

    var response = ok(answer(waiting));
    assertEquals(9, response.getReplies(5).getMemoryBytes().getData().byteAt(0));
    assertFalse(it.get().hasParked());
  }

  @ParameterizedTest
  @ValueSource(ints = {1_000, 2})
  @DisplayName("behind a parked queue in profile qemu-11.1 waits on after a restart")
  void qemuRestart(int snapshotEntries) {
    try (var small = new Harness(Harness.settings(false, snapshotEntries, 256))) {
      small.create(deviceTlb(Profile.PROFILE_QEMU_11_1).build());
      var operations = park(write(FEDATA, 4, 5), load(0x20000, 1));
      small.send(named("s", 1, operations));
      long parked = small.get().getSequenceNumber();

      small.restart();

      assertEquals(parked, small.get().getSequenceNumber(), "an operation ran before the answer");
      assertEquals(1, small.get().getSuspendedRequests());
      assertEquals(0, small.execute(read(FEDATA, 4)).getReplies(0).getRegisterValue().getValue());
      var repeat = small.send(named("s", 1, operations));
      small.execute(complete());
      var response = ok(answer(repeat));
      assertEquals(9, response.getReplies(6).getMemoryBytes().getData().byteAt(0));
      assertEquals(Optional.empty(), verify(small.entries()));
    }
  }

  @Test
  @DisplayName("behind a parked queue and went on before the device answered is a divergence")
  void qemuVerified() {
    it.create(deviceTlb(Profile.PROFILE_QEMU_11_1).build());
    it.send(request(park(load(0x20000, 1))));
    it.get();
    var entries = new ArrayList<>(it.entries());
    var parked = entries.get(1).toBuilder();
    parked.getCauseBuilder().clearExecuted();
    entries.set(1, parked.addReplies(Reply.getDefaultInstance()).build());

    var divergence = verify(entries).orElseThrow();

    assertEquals(2, divergence.sequenceNumber());
    assertTrue(
        divergence.executed().contains("operation 5 waits until the parked queue goes on"),
        divergence.text());
  }

  private static Optional<Divergence> verify(List<Entry> entries) {
    var verifier = new JournalVerifier("iommu|i1");
    for (int i = 0; i < entries.size(); i++) {
      var divergence = verifier.verify(new Stored<>("iommu|i1", i + 1, 0, entries.get(i)));
      if (divergence.isPresent()) {
        return divergence;
      }
    }
    return Optional.empty();
  }

  @Test
  @DisplayName("behind a parked queue and then at an await has the await's time from then on")
  void awaitBehindQueue() {
    it.create(deviceTlb(Profile.PROFILE_QEMU_11_1).build());
    var waiting = it.send(request(park(awaitWord(WORD, 7, 50), read(FEDATA, 4))));
    assertEquals(1, it.get().getSuspendedRequests());

    it.execute(complete());

    assertFalse(ok(answer(waiting)).getReplies(5).getAwaited().getMet());
  }

  @Test
  @DisplayName("for an idle queue waits for the device, over a restart too")
  void queueIdle() {
    it.create(deviceTlb(Profile.PROFILE_ARCHITECTURE).build());
    var idle =
        Operation.newBuilder()
            .setAwait(
                Await.newBuilder()
                    .setQueueIdle(QueueIdle.getDefaultInstance())
                    .setDeadlineMillis(LONG))
            .build();
    var operations = park(idle, load(0x20000, 1));
    it.send(named("s", 1, operations));
    long hash = it.get().getStateHash();
    it.restart();
    assertEquals(hash, it.get().getStateHash());
    var repeat = it.send(named("s", 1, operations));

    it.execute(complete());

    var response = ok(answer(repeat));
    assertTrue(response.getReplies(5).getAwaited().getMet());
    assertEquals(9, response.getReplies(6).getMemoryBytes().getData().byteAt(0));
  }
}
