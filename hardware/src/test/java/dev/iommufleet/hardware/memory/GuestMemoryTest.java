package dev.iommufleet.hardware.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("guest memory")
class GuestMemoryTest {
  private static final long TOP = 0xFFFF_FFFF_FFFF_FFFFL;

  private final GuestMemory memory = new GuestMemory(4);

  @Test
  @DisplayName("values are little-endian at any alignment, across lines and pages")
  void littleEndianAnywhere() {
    memory.write64(0xFFD, 0x1122_3344_5566_7788L);

    var bytes = new byte[10];
    memory.read(0xFFC, bytes, 0, 10);
    assertArrayEquals(HexFormat.of().parseHex("00887766554433221100"), bytes);
    assertEquals(0x1122_3344_5566_7788L, memory.read64(0xFFD));
    assertEquals(0x0000_0011_2233_4455L, memory.read64(0x1000));
    assertEquals(0x2233_4455, memory.read32(0x1000));
    assertEquals(0x4455_6677, memory.read32(0xFFE));
    assertEquals(2, memory.pages());
  }

  @Test
  @DisplayName("a 4-byte write leaves its neighbours alone")
  void writesFourBytes() {
    memory.write64(0x40, -1);
    memory.write64(0x48, -1);

    memory.write32(0x46, 0x0403_0201);

    assertEquals(0x0201_FFFF_FFFF_FFFFL, memory.read64(0x40));
    assertEquals(0xFFFF_FFFF_FFFF_0403L, memory.read64(0x48));
  }

  @Test
  @DisplayName("what was never written reads as zero and takes no page, nor do zeros written")
  void zerosAreFree() {
    assertTrue(memory.write(0x8000, new byte[0x3000], 0, 0x3000));

    assertEquals(0, memory.read64(0x8000));
    assertEquals(0, memory.pages());
    assertEquals(new GuestMemory(4).hash(), memory.hash());
  }

  @Test
  @DisplayName("a page gives its place back when only zeros are left in it")
  void zeroedPagesLeave() {
    for (long page = 0; page < 4; page++) {
      memory.write64(page << 12 | 0x38, 7);
    }
    assertFalse(memory.writable(0x9000, 1));
    assertEquals(1, memory.newPages(0x9000, 1));

    memory.write32(0x1038, 0);

    assertEquals(3, memory.pages());
    assertTrue(memory.write32(0x9000, 1));
    assertEquals(4, memory.pages());
  }

  @Test
  @DisplayName("a write that needs one page too many changes nothing")
  void pageLimitIsAllOrNothing() {
    memory.write64(0x2000, 1);
    long before = memory.hash();

    boolean written = memory.write(0x1FFF, filled(4 * 0x1000), 0, 4 * 0x1000);

    assertFalse(written);
    assertEquals(4, memory.newPages(0x1FFF, 4 * 0x1000));
    assertEquals(before, memory.hash());
    assertEquals(1, memory.pages());
    assertTrue(memory.write(0x1FFF, filled(3 * 0x1000 - 1), 0, 3 * 0x1000 - 1));
    assertEquals(4, memory.pages());
  }

  @Test
  @DisplayName("an access that passes 2^64 fails, one that ends there does not")
  void wrappingAccessesFail() {
    assertTrue(memory.write64(TOP - 7, 0x0102_0304_0506_0708L));
    assertEquals(0x0102_0304_0506_0708L, memory.read64(TOP - 7));
    assertFalse(memory.write64(TOP - 6, 1));
    assertFalse(memory.readable(TOP, 2));
    assertFalse(memory.writable(TOP, 2));
    assertTrue(memory.readable(TOP, 1));
    assertTrue(memory.readable(0, 0));
    assertTrue(memory.writable(TOP, 0));
    assertFalse(memory.readable(0, -1));
    assertFalse(memory.writable(0, -1));
  }

  @Test
  @DisplayName("the latest range wins; neighbours of one kind become one; RAM is no range")
  void latestRangeWins() {
    memory.setRange(0, 0, MemoryKind.UNREADABLE);
    memory.setRange(0x1000, 0x3000, MemoryKind.RAM);
    memory.setRange(0x2000, 0x800, MemoryKind.READ_ONLY);
    memory.setRange(0x2800, 0x800, MemoryKind.READ_ONLY);

    assertEquals(
        List.of(
            "0x0+0x1000 UNREADABLE",
            "0x2000+0x1000 READ_ONLY",
            "0x4000+0xffffffffffffc000 UNREADABLE"),
        ranges());
    assertEquals(MemoryKind.UNREADABLE, memory.kind(0xFFF));
    assertEquals(MemoryKind.RAM, memory.kind(0x1000));
    assertEquals(MemoryKind.READ_ONLY, memory.kind(0x2FFF));
    assertEquals(MemoryKind.RAM, memory.kind(0x3000));
    assertEquals(MemoryKind.UNREADABLE, memory.kind(TOP));
  }

  @Test
  @DisplayName("read-only memory is read, not written; unreadable memory neither; data stays")
  void kindsDecide() {
    memory.write64(0x1FF8, 5);
    memory.setRange(0x2000, 0x1000, MemoryKind.READ_ONLY);
    memory.setRange(0x3000, 0x1000, MemoryKind.UNREADABLE);

    assertTrue(memory.write64(0x1FF8, 6));
    assertFalse(memory.write64(0x1FF9, 6));
    assertTrue(memory.readable(0x1FF9, 8));
    assertTrue(memory.readable(0x2FF8, 8));
    assertFalse(memory.readable(0x2FF9, 8));
    assertFalse(memory.readable(0x1000, 0x4000));
    assertFalse(memory.writable(0x1000, 0x4000));
    assertTrue(memory.readable(0x4000, 8));
    memory.setRange(0, 0, MemoryKind.UNREADABLE);
    assertFalse(memory.read(0x1FF8, new byte[8], 0, 8));
    memory.setRange(0, 0, MemoryKind.RAM);
    assertEquals(6, memory.read64(0x1FF8));
    assertEquals(List.of(), ranges());
  }

  @Test
  @DisplayName("a range beyond the limit or beyond 2^64 is refused; one that merges is not")
  void rangesAreBounded() {
    for (int i = 0; i < GuestMemory.MAX_RANGES; i++) {
      memory.setRange(i * 0x2000L, 0x1000, MemoryKind.READ_ONLY);
    }

    assertFalse(memory.canSetRange(0x8000_0000L, 1, MemoryKind.READ_ONLY));
    assertFalse(memory.canSetRange(0x800, 1, MemoryKind.RAM));
    assertTrue(memory.canSetRange(0x1000, 0x1000, MemoryKind.READ_ONLY));
    assertFalse(memory.canSetRange(1, 0, MemoryKind.RAM));
    assertFalse(memory.canSetRange(TOP, 2, MemoryKind.RAM));
    assertThrows(IllegalStateException.class, () -> memory.setRange(TOP, 2, MemoryKind.UNREADABLE));
    memory.setRange(0x1000, 0x1000, MemoryKind.READ_ONLY);
    assertEquals(GuestMemory.MAX_RANGES - 1, ranges().size());
  }

  @Test
  @DisplayName("runs are the lines that hold data, ascending, cut at page borders")
  void runsCoverData() {
    memory.write32(0x8000_0000_0000_0000L, 3);
    memory.write64(0x103C, -1);
    memory.write64(0x0FF8, 1);
    memory.write64(0x0F00, 1);
    memory.write64(0x0F00, 0);

    var runs = new ArrayList<String>();
    memory.forEachRun((at, bytes) -> runs.add("0x%x+%d".formatted(at, bytes.length)));

    assertEquals(List.of("0xfc0+64", "0x1000+128", "0x8000000000000000+64"), runs);
  }

  @Test
  @DisplayName("the hash depends on the contents and the ranges, not on how they came about")
  void hashIsOfContents() {
    var other = new GuestMemory(4);
    memory.write64(0x1000, 1);
    memory.write64(0x2000, 2);
    other.write(0x2000, new byte[] {9, 9, 9, 9, 9}, 0, 5);
    other.write64(0x2000, 2);
    other.write64(0x1000, 1);

    assertEquals(memory.hash(), other.hash());
    other.write64(0x1000, 2);
    other.write64(0x2000, 1);
    assertNotEquals(memory.hash(), other.hash());
    memory.setRange(0, 0, MemoryKind.READ_ONLY);
    memory.setRange(0, 0, MemoryKind.RAM);
    memory.setRange(0, 8, MemoryKind.READ_ONLY);
    other.write64(0x1000, 1);
    other.write64(0x2000, 2);
    assertNotEquals(memory.hash(), other.hash());
    other.setRange(0, 4, MemoryKind.READ_ONLY);
    other.setRange(4, 4, MemoryKind.READ_ONLY);
    assertEquals(memory.hash(), other.hash());
  }

  private List<String> ranges() {
    var found = new ArrayList<String>();
    memory.forEachRange(
        (address, length, kind) -> found.add("0x%x+0x%x %s".formatted(address, length, kind)));
    return found;
  }

  private static byte[] filled(int length) {
    var bytes = new byte[length];
    Arrays.fill(bytes, (byte) 0x5A);
    return bytes;
  }
}
