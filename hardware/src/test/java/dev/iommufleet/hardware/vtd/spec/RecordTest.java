package dev.iommufleet.hardware.vtd.spec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.hardware.vtd.Access;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("fault records and page requests")
class RecordTest {
  private static final int NO_PASID = Access.NO_PASID;

  @Test
  @DisplayName("DMA faults without PASID, written and read")
  void legacyFaults() {
    var write = FaultRecord.ofDma(5, 0x10, NO_PASID, 0x1234_5678L, Access.WRITE);
    var read = FaultRecord.ofDma(6, 0x10, NO_PASID, 0x1234_5678L, Access.READ);

    assertEquals(0x8000_0005_0000_0010L, write.high(20));
    assertEquals(0xC000_0006_0000_0010L, read.high(20));
    assertEquals(0x1234_5000L, write.low());
    assertEquals(write, FaultRecord.decode(0x1234_5000L, 0x8000_0005_0000_0010L));
  }

  @Test
  @DisplayName("a first-stage fault with a PASID")
  void pasidFault() {
    var fault = FaultRecord.ofDma(0x71, 0x10, 0x123, 0x5000, Access.READ);

    assertEquals(0xC001_2371_8000_0010L, fault.high(20));
    assertEquals(0xC001_2371_8000_0010L, fault.high(16));
    assertEquals(fault, FaultRecord.decode(0x5000, 0xC001_2371_8000_0010L));
  }

  @Test
  @DisplayName("the reference keeps 16 bits of a PASID")
  void pasidWidth() {
    var fault = FaultRecord.ofDma(0x71, 0x10, 0xABCDE, 0, Access.WRITE);

    assertEquals(0x8ABC_DE71_8000_0010L, fault.high(FaultRecord.PASID_BITS));
    assertEquals(0x80BC_DE71_8000_0010L, fault.high(FaultRecord.REFERENCE_PASID_BITS));
  }

  @Test
  @DisplayName("PASID 0 is present, no PASID is not")
  void pasidZero() {
    assertEquals(
        0x8000_0071_8000_0010L, FaultRecord.ofDma(0x71, 0x10, 0, 0, Access.WRITE).high(20));
    assertEquals(0, FaultRecord.decode(0, 0x8000_0071_8000_0010L).pasid());
    assertEquals(NO_PASID, FaultRecord.decode(0, 0x8000_0071_0000_0010L).pasid());
  }

  @Test
  @DisplayName("an interrupt fault carries its index in the top bits")
  void interruptFault() {
    var fault = FaultRecord.ofInterrupt(0x22, 0x10, 5);

    assertEquals(0x8000_0022_0000_0010L, fault.high(20));
    assertEquals(0x0005_0000_0000_0000L, fault.low());
    assertEquals(0xFFFF_0000_0000_0000L, FaultRecord.ofInterrupt(0x22, 0x10, 0xFFFF).low());
  }

  @Test
  @DisplayName("privileged and execute marks have their own bits")
  void marks() {
    var marked = new FaultRecord(false, 0, 0xFFFF, 0xFF, 1, false, true, true);

    assertEquals(0x0000_01FF_E000_FFFFL, marked.high(20));
    assertEquals(marked, FaultRecord.decode(0, 0x0000_01FF_E000_FFFFL));
    assertFalse(FaultRecord.pending(marked.high(20)));
    assertTrue(FaultRecord.pending(marked.high(20) | FaultRecord.PENDING));
    assertEquals(0xFFFF, FaultRecord.sourceId(marked.high(20)));
  }

  @Test
  @DisplayName("a page request in its words")
  void pageRequest() {
    var request =
        new PageRequestDescriptor(
            0x10, 0x123, false, false, true, false, true, 7, 0x7F00_0000_1000L);

    assertArrayEquals(
        new long[] {0x0000_0123_0010_0101L, 0x0000_7F00_0000_103DL, 0, 0}, request.encode());
    assertEquals(
        request, PageRequestDescriptor.decode(0x0000_0123_0010_0101L, 0x0000_7F00_0000_103DL));
    assertFalse(request.stopMarker());
  }

  @Test
  @DisplayName("every field of a page request at its widest")
  void widestPageRequest() {
    var request =
        new PageRequestDescriptor(
            0xFFFF, 0xFFFFF, true, true, true, true, true, 0x1FF, 0xFFFF_FFFF_FFFF_F000L);

    assertArrayEquals(
        new long[] {0x003F_FFFF_FFFF_0101L, 0xFFFF_FFFF_FFFF_FFFFL, 0, 0}, request.encode());
    assertEquals(request, PageRequestDescriptor.decode(0x003F_FFFF_FFFF_0101L, -1));
  }

  @Test
  @DisplayName("a stop marker asks for nothing")
  void stopMarker() {
    var marker = PageRequestDescriptor.decode(0x0000_0000_0010_0001L, 0x4);

    assertTrue(marker.stopMarker());
    assertEquals(NO_PASID, marker.pasid());
    assertArrayEquals(new long[] {0x0010_0001L, 4, 0, 0}, marker.encode());
  }

  @Test
  @DisplayName("a page request with a group index of 10 bits is not encoded")
  void tooWide() {
    var request = new PageRequestDescriptor(0x10, 3, false, false, true, false, true, 512, 0x1000);

    var refused = assertThrows(IllegalArgumentException.class, request::encode);

    assertEquals("groupIndex is 512; 0 to 511 is possible", refused.getMessage());
  }
}
