package dev.iommufleet.hardware.vtd.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("interrupt remapping")
class InterruptEntryTest {
  private static final long LOW = 0x0000_0200_0031_0001L;
  private static final long HIGH = 0x0000_0000_0004_0010L;

  @Test
  @DisplayName("an entry for vector 0x31 at APIC 2 from one source")
  void remapped() {
    var source = new InterruptEntry.Source(0x10, 0, InterruptEntry.VALIDATE_SOURCE);

    assertEquals(
        new InterruptEntry.Remapped(true, false, false, false, false, 0, 0x31, 0x200, source),
        InterruptEntry.decode(LOW, HIGH));
    assertEquals(2, InterruptEntry.destination(LOW, false));
    assertEquals(0x200, InterruptEntry.destination(LOW, true));
  }

  @Test
  @DisplayName("a posted entry splits its descriptor's address over both words")
  void posted() {
    var source = new InterruptEntry.Source(0xFFFF, 3, InterruptEntry.VALIDATE_BUS);

    assertEquals(
        new InterruptEntry.Posted(true, true, true, 0xFE, 0x1234_5678_9ABC_DEC0L, source),
        InterruptEntry.decode(0x9ABC_DEC0_00FE_C003L, 0x1234_5678_000B_FFFFL));
  }

  @Test
  @DisplayName("reserved bits of both formats")
  void reserved() {
    TableEntryTest.eachBit(0xFF00_7000L, bit -> InterruptEntry.remappedReservedSet(bit, 0));
    TableEntryTest.eachBit(
        0xFFFF_FFFF_FFF0_0000L, bit -> InterruptEntry.remappedReservedSet(0, bit));
    TableEntryTest.eachBit(0x003F_FF00_30FCL, bit -> InterruptEntry.postedReservedSet(bit, 0));
    TableEntryTest.eachBit(0xFFF0_0000L, bit -> InterruptEntry.postedReservedSet(0, bit));
  }

  @Test
  @DisplayName("the qualifier leaves out low function bits")
  void qualifiers() {
    assertEquals(0xFFFF, InterruptEntry.qualifierMask(0));
    assertEquals(0xFFFB, InterruptEntry.qualifierMask(1));
    assertEquals(0xFFF9, InterruptEntry.qualifierMask(2));
    assertEquals(0xFFF8, InterruptEntry.qualifierMask(3));
  }

  @ParameterizedTest(name = "{0}: handle {1}, subhandle {2}")
  @DisplayName("the handle in a remappable address")
  @CsvSource({
    "0xfee000b8, 5, true",
    "0xfee000b0, 5, false",
    "0xfee00034, 0x8001, false",
    "0xfeefffff, 0xffff, true",
  })
  void handle(String address, String handle, boolean subhandle) {
    long at = Long.decode(address);

    assertTrue(InterruptMessage.remappable(at));
    assertEquals(Integer.decode(handle), InterruptMessage.handle(at));
    assertEquals(subhandle, InterruptMessage.subhandleValid(at));
  }

  @Test
  @DisplayName("handle and subhandle wrap at 65,536")
  void indexWraps() {
    assertEquals(2, InterruptMessage.index(0xFEEF_FFFFL, 3));
    assertEquals(0xFFFF, InterruptMessage.index(0xFEEF_FFF7L, 3));
    assertTrue(InterruptMessage.dataReservedSet(0xFEE0_00B8L, 0x1_0000));
    assertFalse(InterruptMessage.dataReservedSet(0xFEE0_00B0L, 0x1_0000));
  }

  @Test
  @DisplayName("only FEExxxxx with nothing above is the window")
  void window() {
    assertTrue(InterruptMessage.inWindow(0xFEE0_0000L));
    assertTrue(InterruptMessage.inWindow(0xFEEF_FFFFL));
    assertFalse(InterruptMessage.inWindow(0xFEDF_FFFFL));
    assertFalse(InterruptMessage.inWindow(0xFEF0_0000L));
    assertFalse(InterruptMessage.inWindow(0x1_FEE0_0000L));
    assertFalse(InterruptMessage.remappable(0xFEE0_000CL));
  }

  @Test
  @DisplayName("the remapped message")
  void message() {
    long logicalLevel = 0x1234_5678_0031_003DL; // level, RH, DM, lowest priority

    assertEquals(0xFEE0_2000L, InterruptMessage.remappedAddress(LOW, false, 0xFEE0_00B8L));
    assertEquals(0x4031, InterruptMessage.remappedData(LOW));
    assertEquals(
        0x1234_5600_FEE7_800FL, InterruptMessage.remappedAddress(logicalLevel, true, 0xFEE0_00BBL));
    assertEquals(0xFEE5_600CL, InterruptMessage.remappedAddress(logicalLevel, false, 0xFEE0_00B8L));
    assertEquals(0xC131, InterruptMessage.remappedData(logicalLevel));
  }
}
