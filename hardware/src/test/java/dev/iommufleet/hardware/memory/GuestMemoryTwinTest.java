package dev.iommufleet.hardware.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("guest memory against an array with a kind for each byte")
class GuestMemoryTwinTest {
  private static final int BYTES = 0x8000;
  private static final int MAX_PAGES = 5;

  private final byte[] data = new byte[BYTES];
  private final MemoryKind[] kinds = new MemoryKind[BYTES];
  private GuestMemory memory = new GuestMemory(MAX_PAGES);
  private Random random;
  private long base;

  @ParameterizedTest
  @ValueSource(longs = {0, 0xFFFF_FFFF_FFFF_8000L, 0x7FFF_FFFF_FFFF_C000L})
  @DisplayName("random programs give the same bytes, answers, pages and hash")
  void agrees(long start) {
    base = start;
    for (long seed = 1; seed <= 40; seed++) {
      System.out.println("seed " + seed + " base 0x" + Long.toHexString(base));
      random = new Random(seed);
      memory = new GuestMemory(MAX_PAGES);
      Arrays.fill(data, (byte) 0);
      Arrays.fill(kinds, MemoryKind.RAM);
      for (int step = 0; step < 300; step++) {
        step();
      }
      compareAll();
    }
  }

  @Test
  @DisplayName("pages that come and go at random are found while they hold data")
  void pagesComeAndGo() {
    System.out.println("seed 7");
    random = new Random(7);
    memory = new GuestMemory(1 << 20);
    var words = new HashMap<Long, Long>();
    for (int step = 0; step < 60_000; step++) {
      int fillingPercent = step / 6_000 % 2 == 0 ? 80 : 5;
      long address = random.nextLong(3_000) << 12 | 0x10;
      long value = random.nextInt(100) < fillingPercent ? 1 + random.nextInt(9) : 0;

      assertTrue(memory.write64(address, value));

      words.put(address, value);
      long other = random.nextLong(3_000) << 12 | 0x10;
      assertEquals(words.getOrDefault(other, 0L), memory.read64(other));
    }
    words.values().removeIf(value -> value == 0);
    assertEquals(words.size(), memory.pages());
    assertNotEquals(0, memory.pages());
    memory.forEachRun((at, bytes) -> assertEquals((long) words.get(at + 0x10), bytes[0x10]));
    words.keySet().forEach(address -> assertTrue(memory.write64(address, 0)));
    assertEquals(0, memory.pages());
    assertEquals(0, memory.hash());
  }

  private void step() {
    int length = random.nextInt(8) == 0 ? 1 + random.nextInt(0x2800) : 1 + random.nextInt(40);
    int at = random.nextInt(BYTES - length);
    switch (random.nextInt(9)) {
      case 0 -> setRange(at, length);
      case 1, 2 -> write(at, new byte[length]);
      case 3, 4 -> write(at, randomBytes(length));
      case 5 -> write64(random.nextInt(BYTES - 8), random.nextInt(3) == 0 ? 0 : random.nextLong());
      case 6 -> write32(random.nextInt(BYTES - 8), random.nextInt(3) == 0 ? 0 : random.nextInt());
      default -> read(at, length);
    }
    assertEquals(nonZeroPages(), memory.pages());
  }

  private void setRange(int at, int length) {
    var kind = MemoryKind.values()[random.nextInt(5) % 3];
    memory.setRange(base + at, length, kind);
    Arrays.fill(kinds, at, at + length, kind);
  }

  private void write(int at, byte[] bytes) {
    boolean expected = writable(at, bytes.length);
    assertEquals(expected, memory.writable(base + at, bytes.length));
    var padded = new byte[bytes.length + 6];
    System.arraycopy(bytes, 0, padded, 3, bytes.length);
    assertEquals(expected, memory.write(base + at, padded, 3, bytes.length));
    if (expected) {
      System.arraycopy(bytes, 0, data, at, bytes.length);
    }
  }

  private void write64(int at, long value) {
    boolean expected = writable(at, 8);
    assertEquals(expected, memory.write64(base + at, value));
    for (int i = 0; expected && i < 8; i++) {
      data[at + i] = (byte) (value >>> i * 8);
    }
    assertEquals(value(at, 8), memory.read64(base + at));
  }

  private void write32(int at, int value) {
    boolean expected = writable(at, 4);
    assertEquals(expected, memory.write32(base + at, value));
    for (int i = 0; expected && i < 4; i++) {
      data[at + i] = (byte) (value >>> i * 8);
    }
    assertEquals((int) value(at, 4), memory.read32(base + at));
  }

  private void read(int at, int length) {
    boolean expected = true;
    for (int i = at; i < at + length; i++) {
      expected &= kinds[i] != MemoryKind.UNREADABLE;
    }
    assertEquals(expected, memory.readable(base + at, length));
    var into = new byte[length + 4];
    assertEquals(expected, memory.read(base + at, into, 2, length));
    var wanted = new byte[length + 4];
    if (expected) {
      System.arraycopy(data, at, wanted, 2, length);
    }
    assertArrayEquals(wanted, into);
  }

  private void compareAll() {
    for (int at = 0; at < BYTES; at++) {
      assertEquals(kinds[at], memory.kind(base + at));
    }
    var seen = new byte[BYTES];
    var order = new TreeMap<Long, Integer>(Long::compareUnsigned);
    memory.forEachRun(
        (address, bytes) -> {
          assertEquals(order.size(), order.headMap(address).size(), "ascending");
          order.put(address, bytes.length);
          System.arraycopy(bytes, 0, seen, (int) (address - base), bytes.length);
        });
    assertArrayEquals(data, seen);
    assertEquals(rebuilt().hash(), memory.hash());
  }

  /** The same contents, brought about byte by byte from the end. */
  private GuestMemory rebuilt() {
    var other = new GuestMemory(MAX_PAGES);
    for (int at = BYTES - 1; at >= 0; at--) {
      other.write(base + at, data, at, 1);
    }
    for (int at = BYTES - 1; at >= 0; at--) {
      other.setRange(base + at, 1, kinds[at]);
    }
    return other;
  }

  private boolean writable(int at, int length) {
    for (int i = at; i < at + length; i++) {
      if (kinds[i] != MemoryKind.RAM) {
        return false;
      }
    }
    int missing = 0;
    for (int page = at >> 12; page <= at + length - 1 >> 12; page++) {
      missing += nonZero(page) ? 0 : 1;
    }
    return nonZeroPages() + missing <= MAX_PAGES;
  }

  private int nonZeroPages() {
    int count = 0;
    for (int page = 0; page < BYTES >> 12; page++) {
      count += nonZero(page) ? 1 : 0;
    }
    return count;
  }

  private boolean nonZero(int page) {
    for (int at = page << 12; at < page + 1 << 12; at++) {
      if (data[at] != 0) {
        return true;
      }
    }
    return false;
  }

  private long value(int at, int bytes) {
    long value = 0;
    for (int i = bytes - 1; i >= 0; i--) {
      value = value << 8 | data[at + i] & 0xFF;
    }
    return value;
  }

  private byte[] randomBytes(int length) {
    var bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
