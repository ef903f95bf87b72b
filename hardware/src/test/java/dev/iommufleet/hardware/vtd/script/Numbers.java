package dev.iommufleet.hardware.vtd.script;

import java.util.HexFormat;

/** Numbers as scripts write them. */
final class Numbers {
  private Numbers() {}

  /** Hexadecimal, 64 bits; {@code _} separates groups, {@code |} and {@code +} combine. */
  static long parse(String text) {
    long sum = 0;
    for (String addend : text.replace("_", "").split("\\+")) {
      long union = 0;
      for (String part : addend.split("\\|")) {
        union |= HexFormat.fromHexDigitsToLong(part);
      }
      sum += union;
    }
    return sum;
  }

  static int parseInt(String text) {
    return (int) parse(text);
  }

  /** {@code "1234"} is 16 bits at most; {@code "5/7"} source id 5 with PASID 7. */
  static int sourceId(String text) {
    return parseInt(text.split("/")[0]);
  }

  static int pasid(String text) {
    String[] parts = text.split("/");
    return parts.length == 1 ? -1 : parseInt(parts[1]);
  }

  static byte[] bytes(long value, int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (value >>> 8 * i);
    }
    return bytes;
  }
}
