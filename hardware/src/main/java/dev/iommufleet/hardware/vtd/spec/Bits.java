package dev.iommufleet.hardware.vtd.spec;

/** Cutting words up. */
final class Bits {

  private Bits() {}

  /** {@code width} bits from {@code low} on; {@code width} at most 32. */
  static int bits(long word, int low, int width) {
    return (int) (word >>> low & (1L << width) - 1);
  }

  static boolean bit(long word, int position) {
    return (word >>> position & 1) != 0;
  }

  /** The word in which only this bit is set, or none. */
  static long bit(boolean set, int position) {
    return set ? 1L << position : 0;
  }

  /** Ones in bits {@code width - 1} to 0; {@code width} at most 63. */
  static long ones(int width) {
    return (1L << width) - 1;
  }

  /** {@code value} at {@code low}, refused if wider than {@code width}. */
  static long field(String name, int value, int width, int low) {
    if (value >>> width != 0) {
      throw new IllegalArgumentException(
          name + " is " + value + "; 0 to " + ones(width) + " is possible");
    }
    return (long) value << low;
  }

  static long aligned(String name, long address, long mask) {
    if ((address & mask) != 0) {
      throw new IllegalArgumentException(
          name + " 0x" + Long.toHexString(address) + " is not " + (mask + 1) + "-byte aligned");
    }
    return address;
  }
}
