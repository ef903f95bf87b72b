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
import static dev.iommufleet.actors.Ops.translate;
import static dev.iommufleet.actors.Ops.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.persistence.journal.Divergence;
import dev.iommufleet.persistence.journal.IommuReplay;
import dev.iommufleet.persistence.journal.JournalVerifier;
import dev.iommufleet.persistence.journal.StoredEntry;
import dev.iommufleet.protocol.api.v1.AttachFunction;
import dev.iommufleet.protocol.api.v1.Capabilities;
import dev.iommufleet.protocol.api.v1.CompleteInvalidation;
import dev.iommufleet.protocol.api.v1.DeleteIommuRequest;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.Profile;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import dev.iommufleet.protocol.journal.v1.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What the entity has journaled")
class EntityJournalTest {
  private static final int SOURCE = 0x10;
  private static final long WORD = 0x3000;
  private static final long QUEUE = 0x10000;
  private static final int QUEUE_PAGES_LOG2 = 4;
  private static final int WAITS = 15 * 256;
  private static final int LONG = 60_000;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName("executes again to the same facts, caches, answers and hashes, entry by entry")
  void verifies(boolean full) {
    var entries = journal(full);

    assertEquals(Optional.empty(), verify(entries));
    assertTrue(entries.size() > 12, "entries: " + entries.size());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName("gives the hash of each entry by its facts alone")
  void replays(boolean full) {
    var entries = journal(full);

    var replay = new IommuReplay();
    for (var stored : stored(entries)) {
      replay.apply(stored);

      assertEquals(stored.entry().getStateHash(), replay.iommu().stateHash());
      if (stored.entry().hasSoftHash()) {
        assertEquals(stored.entry().getSoftHash(), replay.iommu().softHash());
      }
    }
    assertTrue(replay.deleted());
  }

  @Test
  @DisplayName("diverges where a fact was changed")
  void changedFact() {
    var found =
        planted(
            3,
            entry -> {
              entry
                  .getFactsBuilder(0)
                  .getFactsBuilder(0)
                  .getRegistersChangedBuilder()
                  .setValues(0, 5);
              return entry;
            });

    assertEquals(3, found.sequenceNumber());
    assertEquals(0, found.operation());
    assertEquals("fact 0", found.what());
    assertTrue(found.journaled().contains("values: 5"), found.text());
    assertTrue(found.executed().contains("values: 2"), found.text());
  }

  @Test
  @DisplayName("diverges where an answer, a hash, or the number of facts was changed")
  void changedElsewhere() {
    var reply =
        planted(
            2,
            entry -> {
              entry.getRepliesBuilder(1).getRegisterValueBuilder().setValue(9);
              return entry;
            });
    assertEquals(1, reply.operation());
    assertEquals("reply", reply.what());
    assertTrue(reply.journaled().contains("value: 9"), reply.text());

    var hash = planted(2, entry -> entry.setStateHash(1));
    assertEquals(
        new Divergence(2, -1, "state hash", "0000000000000001", hash.executed(), "test"), hash);

    var missing = planted(2, Entry.Builder::clearFacts);
    assertEquals("fact 0", missing.what());
    assertEquals("none", missing.journaled());
  }

  @Test
  @DisplayName("diverges where an entry is missing, and where one says what nobody knows")
  void missingOrUnknown() {
    var entries = journal(false);
    var stored = stored(entries);
    stored.remove(3);
    var hole = verifyStored(stored).orElseThrow();
    assertEquals(4, hole.sequenceNumber());
    assertTrue(hole.journaled().contains("entry 5 does not follow entry 3"), hole.text());

    var unknown =
        planted(
            3,
            entry -> {
              entry.getFactsBuilder(0).getFactsBuilder(0).clearKind();
              return entry;
            });
    assertEquals(3, unknown.sequenceNumber());
    assertTrue(unknown.journaled().contains("a fact is of no kind"), unknown.text());

    var later = planted(3, entry -> entry.setSchema(2));
    assertTrue(later.journaled().contains("schema 2"), later.text());
  }

  @Test
  @DisplayName("diverges where a cache fill that an answer came from was taken away")
  void changedCache() {
    var entries = journal(false);
    int with = first(entries, entry -> entry.getSoftBeforeCount() > 0);

    var found = plant(entries, with + 1, Entry.Builder::clearSoftBefore);

    assertTrue(found.sequenceNumber() > with, found.text());
  }

  // ---- journals ------------------------------------------------------------------------------

  private static Divergence planted(int number, UnaryOperator<Entry.Builder> change) {
    return plant(journal(false), number, change);
  }

  private static Divergence plant(
      List<Entry> entries, int number, UnaryOperator<Entry.Builder> change) {
    var changed = new ArrayList<>(entries);
    changed.set(number - 1, change.apply(entries.get(number - 1).toBuilder()).build());
    return verify(changed).orElseThrow();
  }

  private static int first(List<Entry> entries, java.util.function.Predicate<Entry> which) {
    for (int i = 0; i < entries.size(); i++) {
      if (which.test(entries.get(i))) {
        return i;
      }
    }
    throw new AssertionError("no such entry");
  }

  private static Optional<Divergence> verify(List<Entry> entries) {
    return verifyStored(stored(entries));
  }

  private static Optional<Divergence> verifyStored(List<StoredEntry> entries) {
    var verifier = new JournalVerifier("iommu|i1");
    return entries.stream().map(verifier::verify).flatMap(Optional::stream).findFirst();
  }

  private static List<StoredEntry> stored(List<Entry> entries) {
    var stored = new ArrayList<StoredEntry>();
    for (var entry : entries) {
      stored.add(new StoredEntry("iommu|i1", stored.size() + 1, entry.getSerializedSize(), entry));
    }
    return stored;
  }

  /** Waits, repeats, restarts, a parked queue, cached translations, a deletion. */
  private static List<Entry> journal(boolean full) {
    try (var it = new Harness(Harness.settings(full, 1_000, 256))) {
      it.create(
          IommuSpec.newBuilder()
              .setProfile(Profile.PROFILE_QEMU_11_1)
              .setCapabilities(Capabilities.newBuilder().setDeviceTlb(true))
              .build());
      it.execute(write(FEDATA, 4, 1), read(FEDATA, 4));
      it.execute(write(FEDATA, 4, 2));
      var waiting =
          it.send(named("s", 1, write(FEDATA, 4, 3), awaitWord(WORD, 7, LONG), read(FEDATA, 4)));
      it.execute(write(FEDATA, 4, 4));
      it.execute(store(WORD, (byte) 7));
      ok(answer(waiting));
      it.execute(awaitWord(WORD, 8, 20), write(FEDATA, 4, 5));
      cached(it);
      it.restart();
      cached(it);
      parked(it);
      manySegments(it);
      it.ask(EntityRequest.newBuilder().setDelete(DeleteIommuRequest.getDefaultInstance()));
      return it.entries();
    }
  }

  /** Legacy tables that pass bus 0 through; translations whose fills are carried to an entry. */
  private static void cached(Harness it) {
    it.execute(
        storeQuads(0x40000, 0x41001),
        storeQuads(0x41100, 0x42001, 0x0000_0000_0000_0102L),
        storeQuads(0x42000, 0x43003),
        storeQuads(0x43000, 0x44003),
        storeQuads(0x44000, 0x45003),
        storeQuads(0x45008, 0x77003),
        write(0x20, 8, 0x40000),
        write(0x18, 4, 1L << 30),
        write(0x18, 4, 1L << 31));
    assertEquals(
        0x77000, it.execute(translate(SOURCE, 0x1234)).getReplies(0).getTranslation().getAddress());
    it.execute(translate(SOURCE, 0x1000));
    it.execute(translate(SOURCE, 0x1000), write(FEDATA, 4, it.get().getSequenceNumber()));
  }

  private static void parked(Harness it) {
    var attach =
        Operation.newBuilder()
            .setAttachFunction(AttachFunction.newBuilder().setSourceId(SOURCE))
            .build();
    var waiting =
        it.send(
            request(
                attach,
                storeQuads(
                    QUEUE,
                    0x0000_0010_0000_0003L,
                    0x7FFF_FFFF_FFFF_F001L,
                    0x0000_0009_0000_0025L,
                    0x20000L),
                write(0x90, 8, QUEUE),
                write(0x18, 4, 1L << 31 | 1L << 26),
                write(0x88, 4, 2 << 4),
                load(0x20000, 1)));
    it.get();
    it.execute(
        Operation.newBuilder()
            .setCompleteInvalidation(
                CompleteInvalidation.newBuilder().setSourceId(SOURCE).setItagVector(1))
            .build());
    ok(answer(waiting));
  }

  /** More than half of the largest entry: one operation whose facts are cut into segments. */
  private static void manySegments(Harness it) {
    it.execute(
        write(0x18, 4, 1L << 31), write(0x88, 8, 0), write(0x90, 8, QUEUE | QUEUE_PAGES_LOG2));
    var quads = new long[512];
    for (int first = 0; first < WAITS; first += quads.length / 2) {
      for (int i = 0; i < quads.length; i += 2) {
        quads[i] = (long) (first + i / 2) << 32 | 0x25L;
        quads[i + 1] = 0x20000L;
      }
      it.execute(storeQuads(QUEUE + 16L * first, quads));
    }
    int before = it.entries().size();
    it.execute(write(0x18, 4, 1L << 31 | 1L << 26), write(0x88, 4, WAITS << 4), read(FEDATA, 4));
    assertTrue(it.entries().size() > before + 1, "one entry: nothing was cut");
  }
}
