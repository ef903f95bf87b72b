package dev.iommufleet.hardware.vtd.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.LongPredicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("root, context and PASID tables")
class TableEntryTest {

  @Test
  @DisplayName("a scalable root entry has a table in each word")
  void root() {
    assertEquals(
        new RootEntry(true, 0x1234_5000L, true, 0x6000L), RootEntry.decode(0x1234_5001L, 0x6001L));
    assertEquals(0x10_0FF0L, RootEntry.address(0x10_0000L, 0xFF));
    assertEquals(7, RootEntry.scalableWord(7, 8, 0x7F));
    assertEquals(8, RootEntry.scalableWord(7, 8, 0x80));
  }

  @Test
  @DisplayName("reserved bits of a root entry, both words")
  void rootReserved() {
    assertEquals(0xFFFF_0000_0000_0FFEL, RootEntry.reservedMask(48));
    assertEquals(0xFFFF_FF80_0000_0FFEL, RootEntry.reservedMask(39));
    eachBit(0xFFFF_0000_0000_0FFEL, bit -> RootEntry.reservedSet(bit, 0, true, 48));
    eachBit(0xFFFF_FF80_0000_0FFEL, bit -> RootEntry.reservedSet(0, bit, true, 39));
    eachBit(0xFFFF_FFFF_FFFF_FFFFL, bit -> RootEntry.reservedSet(0, bit, false, 48));
  }

  @Test
  @DisplayName("a legacy context entry, translated and passed through")
  void legacyContext() {
    assertEquals(
        new ContextEntry.Legacy(true, false, 0, 0x1234_5000L, 2, 5),
        ContextEntry.Legacy.decode(0x0000_0000_1234_5001L, 0x0000_0000_0000_0502L));
    assertEquals(
        new ContextEntry.Legacy(true, false, ContextEntry.PASS_THROUGH, 0, 2, 1),
        ContextEntry.Legacy.decode(0x0000_0000_0000_0009L, 0x0000_0000_0000_0102L));
    assertEquals(
        new ContextEntry.Legacy(false, true, 3, 0, 7, 0xFFFF),
        ContextEntry.Legacy.decode(0x0000_0000_0000_000EL, 0x0000_0000_00FF_FF07L));
    assertEquals(0x1FF0L, ContextEntry.legacyAddress(0x1000, 0xFF));
  }

  @Test
  @DisplayName("reserved bits of a legacy context entry")
  void legacyContextReserved() {
    eachBit(0xFFFF_0000_0000_0FF0L, bit -> ContextEntry.legacyReservedSet(bit, 0, 48));
    eachBit(0xFFFF_FF80_0000_0FF0L, bit -> ContextEntry.legacyReservedSet(bit, 0, 39));
    eachBit(0xFFFF_FFFF_FF00_0080L, bit -> ContextEntry.legacyReservedSet(0, bit, 48));
  }

  @ParameterizedTest(name = "type {0}, device TLB {1}, pass-through {2}: {3}")
  @DisplayName("translation types need their capability")
  @CsvSource({
    "0, false, false, true", "1, false, true, false", "1, true, false, true",
    "2, true, false, false", "2, false, true, true", "3, true, true, false",
  })
  void translationType(int type, boolean deviceTlb, boolean passThrough, boolean offered) {
    assertEquals(offered, ContextEntry.translationTypeOffered(type, deviceTlb, passThrough));
  }

  @Test
  @DisplayName("a scalable context entry")
  void scalableContext() {
    assertEquals(
        new ContextEntry.Scalable(true, false, true, true, true, 2, 0x2000_0000L, 0, false),
        ContextEntry.Scalable.decode(0x0000_0000_2000_041DL, 0));
    assertEquals(
        new ContextEntry.Scalable(false, true, false, false, false, 7, 0, 0xFFFFF, true),
        ContextEntry.Scalable.decode(0x0000_0000_0000_0E02L, 0x0000_0000_001F_FFFFL));
    assertEquals(0x8000, ContextEntry.pasidLimit(0x0000_0000_2000_041DL));
    assertEquals(0x10_0000, ContextEntry.pasidLimit(0xE00));
    assertEquals(0x1FE0L, ContextEntry.scalableAddress(0x1000, 0xFF));
  }

  @Test
  @DisplayName("reserved bits of a scalable context entry")
  void scalableContextReserved() {
    eachBit(0xFFFF_0000_0000_01E0L, bit -> ContextEntry.scalableReservedSet(bit, 0, 0, 48));
    eachBit(0xFFFF_FF80_0000_01E0L, bit -> ContextEntry.scalableReservedSet(bit, 0, 0, 39));
    eachBit(0xFFFF_FFFF_FFE0_0000L, bit -> ContextEntry.scalableReservedSet(0, bit, 0, 48));
    eachBit(0xFFFF_FFFF_FFFF_FFFFL, bit -> ContextEntry.scalableReservedSet(0, 0, bit, 48));
  }

  @Test
  @DisplayName("a PASID directory entry leads to 64 PASIDs")
  void pasidDirectory() {
    assertEquals(
        new PasidDirectoryEntry(true, true, 0x1234_5000L),
        PasidDirectoryEntry.decode(0x1234_5003L));
    assertEquals(0x2000_0020L, PasidDirectoryEntry.address(0x2000_0000L, 0x123));
    assertEquals(0x2001_FFF8L, PasidDirectoryEntry.address(0x2000_0000L, 0xFFFFF));
    assertEquals(0x30_08C0L, PasidEntry.address(0x30_0000L, 0x123));
  }

  @Test
  @DisplayName("a PASID entry of each type")
  void pasidEntry() {
    var first = PasidEntry.decode(0x49, 1, 0x1234_5000L);
    var second = PasidEntry.decode(0x1234_5089L, 5, 0);
    var pass = PasidEntry.decode(0x109, 1, 0);

    assertEquals(PasidEntry.FIRST_STAGE, first.translationType());
    assertEquals(0x1234_5000L, first.firstStagePointer());
    assertEquals(2, first.addressWidthCode());
    assertEquals(1, first.domainId());
    assertEquals(PasidEntry.SECOND_STAGE, second.translationType());
    assertEquals(0x1234_5000L, second.secondStagePointer());
    assertEquals(5, second.domainId());
    assertEquals(PasidEntry.PASS_THROUGH, pass.translationType());
    assertTrue(pass.present());
    assertFalse(pass.faultProcessingDisabled());
  }

  @Test
  @DisplayName("each flag of a PASID entry stands alone")
  void pasidEntryFlags() {
    eachBit(0x001, bit -> PasidEntry.present(bit));
    eachBit(0x002, bit -> PasidEntry.faultProcessingDisabled(bit));
    eachBit(0x01C, bit -> PasidEntry.addressWidthCode(bit) != 0);
    eachBit(0x1C0, bit -> PasidEntry.translationType(bit) != 0);
    eachBit(0x200, bit -> PasidEntry.secondStageDirty(bit));
    eachBit(0xFFFF_FFFF_FFFF_F000L, bit -> PasidEntry.secondStagePointer(bit) != 0);
    eachBit(0xFFFF, bit -> PasidEntry.domainId(bit) != 0);
    eachBit(0x80_0000, bit -> PasidEntry.pageWalkSnoop(bit));
    eachBit(0x100_0000, bit -> PasidEntry.pageSnoop(bit));
    eachBit(0x01, bit -> PasidEntry.supervisorRequests(bit));
    eachBit(0x02, bit -> PasidEntry.executeRequests(bit));
    eachBit(0x0C, bit -> PasidEntry.firstStageMode(bit) != 0);
    eachBit(0x10, bit -> PasidEntry.writeProtect(bit));
    eachBit(0x20, bit -> PasidEntry.noExecute(bit));
    eachBit(0x80, bit -> PasidEntry.extendedAccessed(bit));
    eachBit(0xFFFF_FFFF_FFFF_F000L, bit -> PasidEntry.firstStagePointer(bit) != 0);
  }

  @ParameterizedTest(name = "code {0}: {1} levels, {2} bits, offered by 0x6 {3}")
  @DisplayName("address width")
  @CsvSource({"0, 2, 30, false", "1, 3, 39, true", "2, 4, 48, true", "3, 5, 57, false"})
  void addressWidth(int code, int levels, int bits, boolean offered) {
    assertEquals(levels, AddressWidth.levels(code));
    assertEquals(bits, AddressWidth.inputBits(code));
    assertEquals(offered, AddressWidth.offered(code, 6));
  }

  /** The predicate holds for exactly the words of one bit that are in the mask. */
  static void eachBit(long mask, LongPredicate predicate) {
    long found = 0;
    for (int bit = 0; bit < 64; bit++) {
      found |= predicate.test(1L << bit) ? 1L << bit : 0;
    }
    assertEquals(Long.toHexString(mask), Long.toHexString(found));
  }
}
