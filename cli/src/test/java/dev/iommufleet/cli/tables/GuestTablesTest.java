package dev.iommufleet.cli.tables;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.hardware.vtd.Access;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Guest tables as a tree")
class GuestTablesTest {
  static final int SOURCE = 0x10; // 00:02.0

  /** Words by address; everything else is zero. */
  final Map<Long, Long> words = new HashMap<>();

  long unreadable = -1;

  Optional<byte[]> read(long address, int length) {
    if ((address & -4096L) == unreadable) {
      return Optional.empty();
    }
    var bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at + 8 <= length; at += 8) {
      bytes.putLong(at, words.getOrDefault(address + at, 0L));
    }
    return Optional.of(bytes.array());
  }

  GuestTables tables(boolean scalable, Bounds bounds) {
    return new GuestTables(this::read, new GuestTables.Root(0x1000, scalable), bounds);
  }

  /** Bus 0, 00:02.0, domain 7, 4 levels at 0x3000. */
  void legacyContext() {
    words.put(0x1000L, 0x2001L);
    words.put(0x2000L + SOURCE * 16, 0x3001L);
    words.put(0x2000L + SOURCE * 16 + 8, 0x0702L);
  }

  @Test
  @DisplayName("legacy: neighbouring pages with equal rights make one line")
  void legacyPages() {
    legacyContext();
    words.put(0x3000L, 0x4003L);
    words.put(0x4000L, 0x5003L);
    words.put(0x5000L, 0x6003L);
    words.put(0x6000L, 0x10_0003L);
    words.put(0x6008L, 0x10_1003L);
    words.put(0x6010L, 0x10_2001L);
    words.put(0x5008L, 0x4020_0083L);

    var lines = tables(false, Bounds.DEFAULT).function(SOURCE, Access.NO_PASID).lines();

    assertEquals(
        List.of(
            "root table at 0x1000, legacy mode",
            "└─ 00:02.0 domain 7, TT 0 (untranslated only), 4 levels, tables at 0x3000",
            "   └─ 0x0000000000000000 level 3 table at 0x4000 rw",
            "      └─ 0x0000000000000000 level 2 table at 0x5000 rw",
            "         ├─ 0x0000000000000000 level 1 table at 0x6000 rw",
            "         │  ├─ 0x0000000000000000 -> 0x100000 rw 2 x 4 KiB",
            "         │  └─ 0x0000000000002000 -> 0x102000 r- 1 x 4 KiB",
            "         └─ 0x0000000000200000 -> 0x40200000 rw 1 x 2 MiB"),
        lines);
  }

  @Test
  @DisplayName("a table that leads to itself is named, and the walk ends")
  void cycle() {
    legacyContext();
    for (int i = 0; i < 512; i++) {
      words.put(0x3000L + i * 8L, 0x3003L);
    }

    var lines = tables(false, Bounds.DEFAULT).function(SOURCE, Access.NO_PASID).lines();

    assertEquals("      └─ cycle: the table at 0x3000 is above", lines.get(3).replace("│", " "));
    assertTrue(lines.size() < 200, "bounded by entries: " + lines.size());
  }

  @Test
  @DisplayName("tables that fan out without end stop at the number of tables")
  void fanOut() {
    legacyContext();
    for (int table = 3; table < 300; table++) {
      for (int i = 0; i < 512; i++) {
        words.put(table * 0x1000L + i * 8L, (table + 1 + i % 64) * 0x1000L | 3);
      }
    }

    var lines = tables(false, new Bounds(5, 512, 100)).function(SOURCE, Access.NO_PASID).lines();

    assertTrue(lines.stream().anyMatch(it -> it.contains("more tables are left out (--nodes)")));
    assertTrue(lines.size() < 100 * 513 * 2, "lines: " + lines.size());
  }

  @Test
  @DisplayName("what cannot be read is said, and the rest is shown")
  void unreadable() {
    legacyContext();
    unreadable = 0x3000;

    var lines = tables(false, Bounds.DEFAULT).function(SOURCE, Access.NO_PASID).lines();

    assertEquals("   └─ the table at 0x3000 cannot be read", lines.get(2));
  }

  /** Bus 0, 00:02.0, directory at 0x3000; PASID 3 first stage at 0x6000, PASID 0 passes through. */
  void scalableContext() {
    words.put(0x1000L, 0x2001L);
    words.put(0x2000L + SOURCE * 32, 0x3001L | 1 << 3);
    words.put(0x3000L, 0x4001L);
    words.put(0x4000L, 1L | 4 << 6);
    words.put(0x4008L, 9L);
    words.put(0x4000L + 3 * 64, 1L | 1 << 6);
    words.put(0x4000L + 3 * 64 + 8, 5L);
    words.put(0x4000L + 3 * 64 + 16, 0x6000L | 1);
    words.put(0x6000L + 256 * 8, 0x7000L | 0x27);
    words.put(0x7000L, 0x8000_0000L | 0xE7); // 1 GiB
  }

  @Test
  @DisplayName("scalable: directory, PASID entry and first-stage tables, upper half canonical")
  void firstStage() {
    scalableContext();

    var lines = tables(true, Bounds.DEFAULT).function(SOURCE, 3).lines();

    assertEquals(
        List.of(
            "root table at 0x1000, scalable mode",
            "└─ 00:02.0 PASID directory at 0x3000 of 2^7, RID_PASID 0 PASIDE",
            "   └─ directory entry 0: PASID table at 0x4000",
            "      └─ PASID 3: first stage, domain 5, 4 levels, tables at 0x6000 SRE",
            "         └─ 0xffff800000000000 level 3 table at 0x7000 rw U A",
            "            └─ 0xffff800000000000 -> 0x80000000 rw U A D 1 x 1 GiB"),
        lines);
  }

  @Test
  @DisplayName("requests without PASID go through the entry of PASID 0 and say so")
  void withoutPasid() {
    scalableContext();

    var lines = tables(true, Bounds.DEFAULT).function(SOURCE, Access.NO_PASID).lines();

    assertEquals("      └─ PASID 0 (requests without PASID): pass-through, domain 9", lines.get(3));
  }

  @Test
  @DisplayName("every present PASID entry is found, up to the limit")
  void pasids() {
    scalableContext();

    var all = tables(true, Bounds.DEFAULT).pasids(Optional.empty(), 10);
    var one = tables(true, Bounds.DEFAULT).pasids(Optional.of(SOURCE), 1);

    assertEquals(List.of(0, 3), all.stream().map(GuestTables.PasidAt::pasid).toList());
    assertEquals(List.of(0), one.stream().map(GuestTables.PasidAt::pasid).toList());
  }

  @Test
  @DisplayName("all context entries of a bus stand below its root entry")
  void contexts() {
    legacyContext();

    var lines = tables(false, Bounds.DEFAULT).contexts().lines();

    assertEquals(
        List.of(
            "root table at 0x1000, legacy mode",
            "└─ bus 00: context table at 0x2000",
            "   └─ 00:02.0 domain 7, TT 0 (untranslated only), 4 levels, tables at 0x3000"),
        lines);
  }
}
