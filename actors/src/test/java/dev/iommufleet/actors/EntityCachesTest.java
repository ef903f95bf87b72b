package dev.iommufleet.actors;

import static dev.iommufleet.actors.Harness.ok;
import static dev.iommufleet.actors.Harness.request;
import static dev.iommufleet.actors.Ops.FEDATA;
import static dev.iommufleet.actors.Ops.storeQuads;
import static dev.iommufleet.actors.Ops.translate;
import static dev.iommufleet.actors.Ops.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.protocol.api.v1.AddAddressSpace;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.JournalLevel;
import dev.iommufleet.protocol.api.v1.Observe;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.TranslationSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Fills of caches")
class EntityCachesTest {
  private static final int SOURCE = 0x10;

  /** Four levels of second-stage tables for domain 5: pages 0 to 7 at 1 MiB. */
  private static Operation[] tables() {
    return new Operation[] {
      Operation.newBuilder()
          .setAddAddressSpace(AddAddressSpace.newBuilder().setSourceId(SOURCE))
          .build(),
      storeQuads(0x1000, 0x2001L, 0),
      storeQuads(0x2100, 0x3001L, 0x0502L),
      storeQuads(0x3000, 0x4003L),
      storeQuads(0x4000, 0x5003L),
      storeQuads(0x5000, 0x6003L),
      storeQuads(
          0x6000, 0x100003L, 0x101003L, 0x102003L, 0x103003L, 0x104003L, 0x105003L, 0x106003L,
          0x107003L),
      write(0x20, 8, 0x1000),
      write(0x18, 4, 1L << 30),
      write(0x18, 4, 1L << 31),
    };
  }

  private static Harness started(boolean full, int carried) {
    var it = new Harness(Harness.settings(false, 1_000, carried));
    it.create(
        IommuSpec.newBuilder()
            .setJournalLevel(
                full ? JournalLevel.JOURNAL_LEVEL_FULL : JournalLevel.JOURNAL_LEVEL_FACTS)
            .build());
    it.execute(tables());
    return it;
  }

  private static TranslationSource source(ExecuteResponse response) {
    var translation = response.getReplies(0).getTranslation();
    assertTrue(translation.getOk(), response.toString());
    return translation.getSource();
  }

  @Test
  @DisplayName("are carried into the next entry at level facts, and lost by a restart")
  void carried() {
    try (var it = started(false, 100)) {
      var miss = it.execute(translate(SOURCE, 0x1000));
      assertEquals(TranslationSource.TRANSLATION_SOURCE_WALK, source(miss));
      assertEquals(2, miss.getSequenceNumber(), "an answer without an entry");

      it.execute(write(FEDATA, 4, 1));

      var entry = it.lastEntry();
      assertEquals(3, it.entries().size());
      assertEquals(2, entry.getSoftBeforeCount(), "a context and a translation");
      assertTrue(entry.getSoftBefore(0).hasContextFilled());
      assertTrue(entry.getSoftBefore(1).hasIotlbFilled());
      assertEquals(
          TranslationSource.TRANSLATION_SOURCE_IOTLB,
          source(it.execute(translate(SOURCE, 0x1000))));
      it.restart();
      assertEquals(
          TranslationSource.TRANSLATION_SOURCE_WALK, source(it.execute(translate(SOURCE, 0x1000))));
    }
  }

  @Test
  @DisplayName("get an entry of their own when too many are carried")
  void bounded() {
    try (var it = started(false, 5)) {
      for (int page = 0; page < 4; page++) {
        it.execute(translate(SOURCE, page * 0x1000L));
      }
      assertEquals(2, it.entries().size(), "five facts are carried");

      var response = it.execute(translate(SOURCE, 0x4000));

      assertEquals(3, response.getSequenceNumber());
      assertEquals(5, it.lastEntry().getSoftBeforeCount());
      assertEquals(1, it.lastEntry().getSoft(0).getFactsCount());
      assertEquals(0, it.lastEntry().getFactsCount());
    }
  }

  @Test
  @DisplayName("are journaled before their answer at level full, and survive a restart")
  void full() {
    try (var it = started(true, 100)) {
      var miss = it.execute(translate(SOURCE, 0x1000));
      assertEquals(3, miss.getSequenceNumber());
      long softHash = it.get().getSoftHash();
      assertEquals(softHash, it.lastEntry().getSoftHash());

      it.restart();

      assertEquals(softHash, it.get().getSoftHash());
      var hit = it.execute(translate(SOURCE, 0x1000));
      assertEquals(TranslationSource.TRANSLATION_SOURCE_IOTLB, source(hit));
      assertEquals(3, hit.getSequenceNumber(), "a hit changes nothing");
      it.execute(write(FEDATA, 4, 1));
      assertFalse(it.lastEntry().hasCachesEmptySince());
    }
  }

  @Test
  @DisplayName("do not change the state hash; the soft hash comes when it is asked for")
  void hashes() {
    try (var it = started(false, 100)) {
      long state = it.get().getStateHash();
      long soft = it.get().getSoftHash();
      var asked = request(translate(SOURCE, 0x1000));
      asked.getExecuteBuilder().setWantSoftHash(true);

      var response = ok(it.ask(asked));

      assertEquals(state, response.getStateHash());
      assertTrue(response.hasSoftHash());
      assertNotEquals(soft, response.getSoftHash());
      assertEquals(it.get().getSoftHash(), response.getSoftHash());
    }
  }

  @Test
  @DisplayName("and all other facts are told to who asks for them; traces on top of that")
  void observed() {
    try (var it = started(false, 100)) {
      var asked = request(translate(SOURCE, 0x1000), write(FEDATA, 4, 7), translate(SOURCE, 0));
      asked.getExecuteBuilder().setObserve(Observe.OBSERVE_FACTS);

      var response = ok(it.ask(asked));

      assertEquals(3, response.getFactsCount());
      assertEquals(2, response.getFacts(0).getFactsCount());
      assertTrue(response.getFacts(1).getFacts(0).hasRegistersChanged());
      assertEquals(2, response.getFacts(2).getOperation());
      assertFalse(response.getFactsTruncated());
    }
  }

  @Test
  @DisplayName("of a snapshot at level full are there after a restart from it")
  void snapshot() {
    try (var it = new Harness(Harness.settings(true, 3, 100))) {
      it.create();
      it.execute(tables());
      it.execute(translate(SOURCE, 0x1000));
      var before = it.get();
      it.journal.clearByPersistenceId("iommu|i1");

      it.restart();

      var after = it.get();
      assertEquals(3, after.getSequenceNumber());
      assertEquals(before.getStateHash(), after.getStateHash());
      assertEquals(before.getSoftHash(), after.getSoftHash());
      assertEquals(before.getMemoryPages(), after.getMemoryPages());
    }
  }
}
