package dev.iommufleet.load.capture;

import java.util.Arrays;

/** Hexadecimal digits, lower case, decoded eight at a time. */
final class Hex {
  private static final long NIBBLES = 0x0F0F_0F0F_0F0F_0F0FL;
  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final long TO_LETTER = 0x27; // 'a' - 10 - '0'
  private static final byte[] VALUES = new byte[256];

  static {
    Arrays.fill(VALUES, (byte) -1);
    for (int i = 0; i < 16; i++) {
      VALUES[Character.forDigit(i, 16)] = (byte) i;
    }
  }

  private Hex() {}

  /** The number written in {@code [from, to)}. */
  static long number(byte[] text, int from, int to) throws LineException {
    if (from == to || to - from > 16) {
      throw new LineException("a hexadecimal number has 1 to 16 digits, not " + (to - from));
    }
    long value = 0;
    int wrong = 0;
    for (int i = from; i < to; i++) {
      int digit = VALUES[text[i] & 0xFF];
      wrong |= digit;
      value = value << 4 | digit;
    }
    if (wrong < 0) {
      throw wrongDigit();
    }
    return value;
  }

  /** Decodes the digits of {@code [from, to)} to {@code target}; returns the number of bytes. */
  static int bytes(byte[] text, int from, int to, byte[] target) throws LineException {
    int length = to - from;
    if ((length & 1) != 0) {
      throw new LineException("bytes are written with two digits each, here are " + length);
    }
    int at = from;
    int out = 0;
    for (; at + 8 <= to; at += 8, out += 4) {
      long digits = (long) Symbols.LE64.get(text, at);
      long letters = digits >>> 6 & ONES;
      long nibbles = (digits & NIBBLES) + letters * 9;
      long above9 = nibbles + 6 * ONES >>> 4 & ONES;
      if (nibbles + 0x30 * ONES + above9 * TO_LETTER != digits || (nibbles & ~NIBBLES) != 0) {
        throw wrongDigit();
      }
      putFour(nibbles, target, out);
    }
    for (; at < to; at += 2, out++) {
      int high = VALUES[text[at] & 0xFF];
      int low = VALUES[text[at + 1] & 0xFF];
      if ((high | low) < 0) {
        throw wrongDigit();
      }
      target[out] = (byte) (high << 4 | low);
    }
    return length / 2;
  }

  /** Eight nibbles, the first in the lowest byte and the upper half of the first result. */
  private static void putFour(long nibbles, byte[] target, int at) {
    long pairs = (nibbles << 4 | nibbles >>> 8) & 0x00FF_00FF_00FF_00FFL;
    target[at] = (byte) pairs;
    target[at + 1] = (byte) (pairs >>> 16);
    target[at + 2] = (byte) (pairs >>> 32);
    target[at + 3] = (byte) (pairs >>> 48);
  }

  private static LineException wrongDigit() {
    return new LineException("a byte that is no hexadecimal digit (0-9, a-f)");
  }
}
