package dev.iommufleet.actors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.persistence.journal.Divergence;
import dev.iommufleet.persistence.journal.IommuReplay;
import dev.iommufleet.persistence.journal.JournalVerifier;
import dev.iommufleet.persistence.journal.Stored;
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

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName("executes again to the same facts, caches, answers and hashes, entry by entry")
  void verifies(boolean full) {
    var entries = WrittenJournals.whole(full);

    assertEquals(Optional.empty(), verify(entries));
    assertTrue(entries.size() > 12, "entries: " + entries.size());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName("gives the hash of each entry by its facts alone")
  void replays(boolean full) {
    var entries = WrittenJournals.whole(full);

    var replay = new IommuReplay();
    for (var stored : stored(entries)) {
      replay.apply(stored);

      assertEquals(stored.message().getStateHash(), replay.iommu().stateHash());
      if (stored.message().hasSoftHash()) {
        assertEquals(stored.message().getSoftHash(), replay.iommu().softHash());
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
    var entries = WrittenJournals.whole(false);
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
    var entries = WrittenJournals.whole(false);
    int with = first(entries, entry -> entry.getSoftBeforeCount() > 0);

    var found = plant(entries, with + 1, Entry.Builder::clearSoftBefore);

    assertTrue(found.sequenceNumber() > with, found.text());
  }

  // ---- journals ------------------------------------------------------------------------------

  private static Divergence planted(int number, UnaryOperator<Entry.Builder> change) {
    return plant(WrittenJournals.whole(false), number, change);
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

  private static Optional<Divergence> verifyStored(List<Stored<Entry>> entries) {
    var verifier = new JournalVerifier("iommu|i1");
    return entries.stream().map(verifier::verify).flatMap(Optional::stream).findFirst();
  }

  private static List<Stored<Entry>> stored(List<Entry> entries) {
    var stored = new ArrayList<Stored<Entry>>();
    for (var entry : entries) {
      stored.add(new Stored<>("iommu|i1", stored.size() + 1, entry.getSerializedSize(), entry));
    }
    return stored;
  }
}
