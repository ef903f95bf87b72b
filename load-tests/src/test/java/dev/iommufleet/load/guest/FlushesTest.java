package dev.iommufleet.load.guest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("flushes as the driver makes them")
class FlushesTest {

  @ParameterizedTest(name = "{1} pages from {0}: address mask {2}")
  @CsvSource({
    "0xfffff000, 1, 0",
    "0xffffe000, 2, 1",
    "0xffffd000, 2, 2",
    "0xffff0000, 16, 4",
    "0x3ffff000, 2, 19"
  })
  @DisplayName("the mask is of the block that holds the first and the last page")
  void mask(String iova, int pages, int mask) {
    assertEquals(mask, Flushes.mask(Long.decode(iova), pages));
  }

  @Test
  @DisplayName("page-selective within PASID 0x123 of domain 5, 8 pages, leaf only")
  void pasidPages() {
    assertArrayEquals(
        new long[] {0x0000_0123_0005_0036L, 0x1234_0043L, 0, 0},
        Flushes.pages(5, 0x123, 0x1234_0000L, 8, true).encode());
  }

  @Test
  @DisplayName("a second-stage range beyond the largest mask flushes the domain")
  void tooLarge() {
    assertArrayEquals(
        new long[] {0x0000_0000_0005_00E2L, 0, 0, 0},
        Flushes.pages(5, 0x3FFF_F000L, 2, true).encode());
  }

  @Test
  @DisplayName("a device-TLB range has its size in the address; everything is all ones")
  void deviceTlb() {
    assertArrayEquals(
        new long[] {0x0000_0010_001F_0003L, 0xFFFF_3001L, 0, 0},
        Flushes.deviceTlb(0x10, 0, 0xFFFF_0000L, 8).encode());
    assertArrayEquals(
        new long[] {0x0000_0010_001F_0003L, 0xFFFF_F000L, 0, 0},
        Flushes.deviceTlb(0x10, 0, 0xFFFF_F000L, 1).encode());
    assertArrayEquals(
        new long[] {0x0000_0123_0010_01F8L, 0x7FFF_FFFF_FFFF_F800L, 0, 0},
        Flushes.deviceTlb(0x10, 0x123).encode());
  }
}
