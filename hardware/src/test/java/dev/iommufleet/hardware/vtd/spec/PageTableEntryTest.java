package dev.iommufleet.hardware.vtd.spec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("page-table entries")
class PageTableEntryTest {

  /** Leaf of level 1; tables of levels 2, 3, 4; large pages of levels 2, 3. */
  @Test
  @DisplayName("reserved bits of second-stage entries")
  void secondStageReserved() {
    assertArrayEquals(
        new long[] {
          0x400F_0000_0000_0800L, 0x400F_0000_0000_0800L, 0x400F_0000_0000_0800L,
          0x400F_0000_0000_0880L, 0x400F_0000_001F_F800L, 0x400F_0000_3FFF_F800L
        },
        SecondStageEntry.reservedMasks(48, false, false));
    assertArrayEquals(
        new long[] {
          0x400F_FF80_0000_0800L, 0x400F_FF80_0000_0800L, 0x400F_FF80_0000_0800L,
          0x400F_FF80_0000_0880L, 0x400F_FF80_001F_F800L, 0x400F_FF80_3FFF_F800L
        },
        SecondStageEntry.reservedMasks(39, false, false));
  }

  @Test
  @DisplayName("transient mapping and snooping free a bit of leaves only")
  void secondStageOptions() {
    assertArrayEquals(
        new long[] {
          0x000F_0000_0000_0800L, 0x400F_0000_0000_0800L, 0x400F_0000_0000_0800L,
          0x400F_0000_0000_0880L, 0x000F_0000_001F_F800L, 0x000F_0000_3FFF_F800L
        },
        SecondStageEntry.reservedMasks(48, true, false));
    assertArrayEquals(
        new long[] {
          0x400F_0000_0000_0000L, 0x400F_0000_0000_0800L, 0x400F_0000_0000_0800L,
          0x400F_0000_0000_0880L, 0x400F_0000_001F_F000L, 0x400F_0000_3FFF_F000L
        },
        SecondStageEntry.reservedMasks(48, false, true));
  }

  @Test
  @DisplayName("reserved bits of first-stage entries")
  void firstStageReserved() {
    assertArrayEquals(
        new long[] {
          0x000F_0000_0000_0000L, 0x000F_0000_0000_0000L, 0x000F_0000_0000_0000L,
          0x000F_0000_0000_0080L, 0x000F_0000_001F_E000L, 0x000F_0000_3FFF_E000L
        },
        FirstStageEntry.reservedMasks(48));
    assertArrayEquals(
        new long[] {
          0x000F_FF80_0000_0000L, 0x000F_FF80_0000_0000L, 0x000F_FF80_0000_0000L,
          0x000F_FF80_0000_0080L, 0x000F_FF80_001F_E000L, 0x000F_FF80_3FFF_E000L
        },
        FirstStageEntry.reservedMasks(39));
  }

  @ParameterizedTest(name = "bit 7 {0}, level {1}: mask {2}, leaf {3}")
  @DisplayName("level and bit 7 choose the mask")
  @CsvSource({
    "0x00, 1, 0, true", "0x80, 1, 0, true", "0x00, 2, 1, false", "0x80, 2, 4, true",
    "0x00, 3, 2, false", "0x80, 3, 5, true", "0x00, 4, 3, false", "0x80, 4, 3, true",
    "0x00, 5, 3, false", "0x80, 5, 3, true",
  })
  void kind(String word, int level, int kind, boolean leaf) {
    assertEquals(kind, SecondStageEntry.kind(Long.decode(word), level));
    assertEquals(kind, FirstStageEntry.kind(Long.decode(word), level));
    assertEquals(leaf, SecondStageEntry.leaf(Long.decode(word), level));
    assertEquals(leaf, FirstStageEntry.leaf(Long.decode(word), level));
  }

  @Test
  @DisplayName("9 bits of the address index each level")
  void indexes() {
    long iova = 0x0000_FEDC_BA98_7654L;

    assertEquals(0x187, PageTable.index(iova, 1));
    assertEquals(0x1D4, PageTable.index(iova, 2));
    assertEquals(0x172, PageTable.index(iova, 3));
    assertEquals(0x1FD, PageTable.index(iova, 4));
    assertEquals(0x5000 + 0x1FD * 8, PageTable.entryAddress(0x5000, iova, 4));
    assertEquals(0xFFF, PageTable.offsetMask(1));
    assertEquals(0x1F_FFFF, PageTable.offsetMask(2));
    assertEquals(0x3FFF_FFFF, PageTable.offsetMask(3));
    assertEquals(0x7F_FFFF_FFFFL, PageTable.offsetMask(4));
  }

  @Test
  @DisplayName("fields of a second-stage entry")
  void secondStage() {
    TableEntryTest.eachBit(0x1, SecondStageEntry::read);
    TableEntryTest.eachBit(0x2, SecondStageEntry::write);
    TableEntryTest.eachBit(0x80, SecondStageEntry::large);
    TableEntryTest.eachBit(0x100, SecondStageEntry::accessed);
    TableEntryTest.eachBit(0x200, SecondStageEntry::dirty);
    TableEntryTest.eachBit(0x0000_007F_FFFF_F000L, bit -> SecondStageEntry.address(bit, 39) != 0);
    assertEquals(
        new SecondStageEntry(true, false, true, 0xF, false, false, true, true, true, 0x1000),
        SecondStageEntry.decode(0x4000_0000_0000_1A7DL));
  }

  @Test
  @DisplayName("fields of a first-stage entry")
  void firstStage() {
    TableEntryTest.eachBit(0x1, FirstStageEntry::present);
    TableEntryTest.eachBit(0x2, FirstStageEntry::write);
    TableEntryTest.eachBit(0x4, FirstStageEntry::user);
    TableEntryTest.eachBit(0x80, FirstStageEntry::large);
    TableEntryTest.eachBit(0x0000_FFFF_FFFF_F000L, bit -> FirstStageEntry.address(bit, 48) != 0);
    assertEquals(
        new FirstStageEntry(true, false, true, true, false, true, false, true, true, 0x1000),
        FirstStageEntry.decode(0x8000_0000_0000_14A5L));
    assertEquals(0x20, FirstStageEntry.ACCESSED);
    assertEquals(0x40, FirstStageEntry.DIRTY);
  }

  @ParameterizedTest(name = "{0} of {1} bits: {2}")
  @DisplayName("an address is canonical if its upper bits are all equal")
  @CsvSource({
    "00007fffffffffff, 48, true", "0000800000000000, 48, false",
    "ffff800000000000, 48, true", "ffff7fffffffffff, 48, false",
    "000000001fffffff, 30, true", "0000000020000000, 30, false",
    "ffffffffffffffff, 30, true", "0000004000000000, 39, false",
    "ffffffc000000000, 39, true", "7fffffffffffffff, 57, false",
  })
  void canonical(String iova, int width, boolean canonical) {
    assertEquals(canonical, FirstStageEntry.canonical(Long.parseUnsignedLong(iova, 16), width));
  }
}
