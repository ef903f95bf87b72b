package dev.iommufleet.hardware.vtd.spec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("reserved bits of invalidation descriptors")
class DescriptorReservedBitsTest {
  private static final DescriptorRules RULES =
      new DescriptorRules(true, true, true, true, 63, true);
  private static final DescriptorRules NO_DRAIN =
      new DescriptorRules(true, false, true, true, 63, true);

  /** Bits 11:9 and 3:0 choose the type: changing one makes another descriptor. */
  private static final long TYPE = 0xE0F;

  /** A valid descriptor of each type, all other legal bits 0, then the bits that must be 0. */
  @ParameterizedTest(name = "type {0}")
  @DisplayName("each is rejected, and each other bit accepted")
  @CsvSource({
    "1, 0000000000000031, fffc00000000f1c0, ffffffffffffffff, ffffffffffffffff",
    "2, 0000000000000032, ffffffff0000f100, 0000000000000f80, ffffffffffffffff",
    "3, 0000000000000003, ffff0000ffe0f1f0, 0000000000000ffe, ffffffffffffffff",
    "4, 0000000000000004, ffff000007fff1e0, ffffffffffffffff, ffffffffffffffff",
    "5, 0000000000000075, 00000000fffff100, 0000000000000003, ffffffffffffffff",
    "6, 0000000000000036, fff000000000f1c0, 0000000000000f80, ffffffffffffffff",
    "7, 0000000000000017, fff000000000f1c0, ffffffffffffffff, ffffffffffffffff",
    "8, 0000000000000008, fff000000000f000, 00000000000007fe, ffffffffffffffff",
    "9, 0000000000000019, fff00000000001e0, fffffffffffff003, 0000000000000000",
  })
  void eachReservedBit(int type, String base, String low, String high, String rest) {
    long q0 = Long.parseUnsignedLong(base, 16);
    var masks =
        new long[] {
          Long.parseUnsignedLong(low, 16),
          Long.parseUnsignedLong(high, 16),
          Long.parseUnsignedLong(rest, 16),
          Long.parseUnsignedLong(rest, 16)
        };

    assertEquals(type, Descriptor.type(q0));
    for (int word = 0; word < 4; word++) {
      for (int bit = 0; bit < 64; bit++) {
        if (word == 0 && (TYPE >>> bit & 1) != 0 || word == 0 && granularity(type, bit)) {
          continue;
        }
        var words = new long[] {q0, 0, 0, 0};
        words[word] ^= 1L << bit;
        int expected = (masks[word] >>> bit & 1) != 0 ? 4 : 0;
        assertEquals(
            expected,
            Descriptor.check(words[0], words[1], words[2], words[3], RULES),
            "word " + word + ", bit " + bit);
      }
    }
  }

  /** Where the code of bits 5:4 has reserved values, these are tested by value. */
  private static boolean granularity(int type, int bit) {
    return (bit == 4 || bit == 5) && (type == 1 || type == 2 || type == 6 || type == 7);
  }

  @Test
  @DisplayName("the drain bit of a wait is reserved where page requests cannot be drained")
  void drainBit() {
    assertEquals(0, Descriptor.check(0xF5, 0, 0, 0, RULES));
    assertEquals(4, Descriptor.check(0xF5, 0, 0, 0, NO_DRAIN));
  }

  @Test
  @DisplayName("whatever decodes encodes to the same words")
  void decodedIsEncodedBack() {
    long seed = 20261121;
    var random = new Random(seed);
    var accepted = new int[10];

    for (int round = 0; round < 400_000; round++) {
      long q0 = thin(random) & ~TYPE | random.nextInt(16);
      long q1 = thin(random);

      if (Descriptor.check(q0, q1, 0, 0, RULES) == 0) {
        var decoded = Descriptor.decode(q0, q1, 0, 0, RULES);
        var ok = assertInstanceOf(Decoded.Ok.class, decoded, "seed " + seed);
        assertArrayEquals(
            new long[] {q0 & usedLow(q0), q1 & usedHigh(q0), 0, 0},
            ok.descriptor().encode(),
            () -> "seed " + seed + " " + Long.toHexString(q0) + " " + Long.toHexString(q1));
        accepted[Descriptor.type(q0)]++;
      }
    }

    for (int type = 1; type <= 9; type++) {
      assertEquals(true, accepted[type] > 20, "too few of type " + type + ": " + accepted[type]);
    }
  }

  /** A response that carries no PASID has nothing in its PASID field afterwards. */
  private static long usedLow(long q0) {
    return (q0 & 0x1F) == 0x09 ? ~0x000F_FFFF_0000_0000L : ~0L;
  }

  /** Bit 2 of a response's second word is neither a field nor checked. */
  private static long usedHigh(long q0) {
    return (q0 & 0xF) == 0x09 ? ~4L : ~0L;
  }

  /** Mostly zeros, so that all reserved bits are often clear. */
  private static long thin(Random random) {
    long word = random.nextLong();
    for (int times = random.nextInt(7); times > 0; times--) {
      word &= random.nextLong();
    }
    return random.nextInt(4) == 0 ? 0 : word;
  }
}
