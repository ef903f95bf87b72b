package dev.iommufleet.actors;

import static dev.iommufleet.actors.Harness.named;
import static dev.iommufleet.actors.Harness.ok;
import static dev.iommufleet.actors.Harness.request;
import static dev.iommufleet.actors.Ops.FEDATA;
import static dev.iommufleet.actors.Ops.load;
import static dev.iommufleet.actors.Ops.read;
import static dev.iommufleet.actors.Ops.store;
import static dev.iommufleet.actors.Ops.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.protocol.api.v1.Fact;
import dev.iommufleet.protocol.api.v1.OperationFacts;
import dev.iommufleet.protocol.journal.v1.Cause;
import dev.iommufleet.protocol.journal.v1.ClientRequest;
import dev.iommufleet.protocol.journal.v1.Entry;
import java.sql.SQLTransientConnectionException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("When a write fails, the entity")
class EntityFailureTest {
  private static final String JOURNAL = "iommu|i1";

  private final Harness it = new Harness();

  @AfterEach
  void close() {
    it.close();
  }

  @Test
  @DisplayName("has the hash of a fresh replay: nothing of the failed request is left in memory")
  void failedWrite() {
    it.create();
    var before = it.execute(store(0x2000, (byte) 1), write(FEDATA, 4, 1));
    it.journal.failNextPersisted(JOURNAL);

    var failed = it.refusal(request(store(0x2000, (byte) 9), write(FEDATA, 4, 9)));

    assertEquals("JOURNAL_UNAVAILABLE", failed.getCode());
    var after = it.execute(load(0x2000, 1), read(FEDATA, 4));
    assertEquals(before.getStateHash(), after.getStateHash());
    assertEquals(2, after.getSequenceNumber());
    assertEquals(1, after.getReplies(1).getRegisterValue().getValue());
    it.restart();
    assertEquals(before.getStateHash(), it.get().getStateHash(), "a fresh replay");
  }

  @Test
  @DisplayName("writes the next entry where the last good one ended, and remembers no failed id")
  void goesOn() {
    it.create();
    it.journal.failNextPersisted(JOURNAL);
    it.refusal(named("s", 1, write(FEDATA, 4, 9)));

    var repeated = ok(it.ask(named("s", 1, write(FEDATA, 4, 9))));

    assertFalse(repeated.getRepeatedAnswer(), "the failed one is not in the journal");
    assertEquals(2, repeated.getSequenceNumber());
    assertEquals(2, it.entries().size());
    assertEquals(2, it.lastEntry().getIncarnation());
    assertEquals(1, it.lastEntry().getCachesEmptySince());
  }

  @Test
  @DisplayName("survives a creation that failed: the empty state was not touched")
  void failedCreation() {
    it.journal.failNextPersisted(JOURNAL);
    var failed =
        it.refusal(
            dev.iommufleet.protocol.cluster.v1.EntityRequest.newBuilder()
                .setCreate(
                    dev.iommufleet.protocol.api.v1.CreateIommuRequest.newBuilder()
                        .setIommuId("i1")));

    assertEquals("JOURNAL_UNAVAILABLE", failed.getCode());
    assertEquals("IOMMU_NOT_FOUND", it.refusal(request(read(0, 4))).getCode());
    assertEquals(1, it.create().getSequenceNumber());
  }

  @Test
  @DisplayName("starts again as well when the journal rejects an entry")
  void rejectedWrite() {
    it.create();
    it.journal.rejectNextPersisted(JOURNAL);

    var failed = it.refusal(request(write(FEDATA, 4, 9)));

    assertEquals("JOURNAL_UNAVAILABLE", failed.getCode());
    var after = it.execute(read(FEDATA, 4));
    assertEquals(0, after.getReplies(0).getRegisterValue().getValue());
    assertEquals(1, after.getSequenceNumber());
  }

  @Test
  @DisplayName("stops at an entry with a fact that it does not know, and says which")
  void unknownFact() {
    it.create();
    it.execute(write(FEDATA, 4, 1));
    it.restart();
    it.get();
    var foreign =
        Entry.newBuilder()
            .setSchema(1)
            .setCause(Cause.newBuilder().setClient(ClientRequest.getDefaultInstance()))
            .addFacts(OperationFacts.newBuilder().addFacts(Fact.getDefaultInstance()))
            .build();
    append(foreign);

    it.restart();

    var refused = it.refusal(request(read(FEDATA, 4)));
    assertEquals("RECOVERY_FAILED", refused.getCode());
    assertEquals("3", refused.getMetadataOrThrow("sequence_number"));
    assertTrue(refused.getMessage().contains("a fact"), refused.getMessage());
  }

  @Test
  @DisplayName("stops at an entry of a newer schema")
  void newerSchema() {
    it.create();
    append(Entry.newBuilder().setSchema(2).build());

    it.restart();

    var refused = it.refusal(request(read(FEDATA, 4)));
    assertEquals("RECOVERY_FAILED", refused.getCode());
    assertTrue(refused.getMessage().contains("schema 2"), refused.getMessage());
  }

  @Test
  @DisplayName("whose journal cannot be read says so at once, until it can be read again")
  void unreadable() {
    it.create();
    it.execute(write(FEDATA, 4, 1));
    it.journal.failNextNReads(JOURNAL, 3);
    it.restart();

    var answers = new java.util.ArrayList<String>();
    it.kit
        .createTestProbe()
        .awaitAssert(
            () -> {
              var reply = it.ask(request(read(FEDATA, 4)));
              answers.add(reply.getRefusal().getCode());
              assertTrue(reply.hasExecute(), reply.toString());
              return null;
            });

    assertTrue(
        answers.stream().allMatch(code -> code.isEmpty() || code.equals("RECOVERY_FAILED")),
        answers.toString());
  }

  @Test
  @DisplayName("whose journal is away refuses who waits for it, retryably, and does not serve them")
  void away() {
    it.create();
    it.execute(write(FEDATA, 4, 1));
    it.journal.failNextNReads(JOURNAL, 2, new SQLTransientConnectionException("gone"));
    it.restart();

    var refused = it.refusal(request(write(FEDATA, 4, 2)));

    assertEquals("JOURNAL_UNAVAILABLE", refused.getCode());
    assertTrue(refused.getMessage().contains("gone; nothing was executed"), refused.getMessage());
    it.kit
        .createTestProbe()
        .awaitAssert(
            () -> {
              assertTrue(it.ask(request(read(FEDATA, 4))).hasExecute());
              return null;
            });
    var after = it.execute(read(FEDATA, 4));
    assertEquals(1, after.getReplies(0).getRegisterValue().getValue());
    assertEquals(2, after.getSequenceNumber());
  }

  /** Rewrites the journal with one more entry. */
  private void append(Entry entry) {
    var all = new java.util.ArrayList<Object>(it.entries());
    all.add(entry);
    it.journal.clearByPersistenceId(JOURNAL);
    it.journal.persistForRecovery(JOURNAL, List.copyOf(all));
  }
}
