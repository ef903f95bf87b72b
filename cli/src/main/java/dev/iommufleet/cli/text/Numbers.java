package dev.iommufleet.cli.text;

import java.util.HexFormat;

/** Numbers as people write them: decimal or {@code 0x…}, with {@code _} between digits. */
public final class Numbers {
  private static final HexFormat HEX = HexFormat.of();

  private Numbers() {}

  /**
   * An unsigned number of at most {@code bits} bits, 1 to 64.
   *
   * @throws IllegalArgumentException if the text is none, or the number is larger
   */
  public static long parse(String text, int bits) {
    var digits = text.replace("_", "");
    boolean hex = digits.startsWith("0x") || digits.startsWith("0X");
    long value;
    try {
      value = Long.parseUnsignedLong(hex ? digits.substring(2) : digits, hex ? 16 : 10);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "'%s' is no number of %d bits; write it in decimal or as 0x…".formatted(text, bits), e);
    }
    if (digits.startsWith("+") || bits < 64 && value >>> bits != 0) {
      throw new IllegalArgumentException(
          "'%s' is no number of %d bits; 0 to %s go"
              .formatted(text, bits, hex(bits == 64 ? -1 : (1L << bits) - 1)));
    }
    return value;
  }

  /** {@code 0x1f}. */
  public static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }

  /** {@code 0x0000001f}: all digits of a value of so many bytes. */
  public static String hex(long value, int bytes) {
    return "0x" + HEX.toHexDigits(value, bytes * 2);
  }

  /** Bytes as hexadecimal digits, in the order in which they lie in memory. */
  public static String bytes(byte[] bytes) {
    return HEX.formatHex(bytes);
  }

  /**
   * The bytes of hexadecimal digits, two for each.
   *
   * @throws IllegalArgumentException if they are none
   */
  public static byte[] bytes(String digits) {
    var plain = digits.replace("_", "");
    try {
      return HEX.parseHex(plain.startsWith("0x") ? plain.substring(2) : plain);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'%s' are no bytes; write two hexadecimal digits for each, as in 00ff"
              .formatted(shortened(digits)),
          e);
    }
  }

  private static String shortened(String text) {
    return text.length() > 40 ? text.substring(0, 40) + "…" : text;
  }
}
