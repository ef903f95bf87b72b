package dev.iommufleet.hardware.vtd;

/** Bytes in the order in which they lie in memory. */
final class LittleEndian {
  private LittleEndian() {}

  static byte[] bytes(long value) {
    byte[] bytes = new byte[8];
    put(bytes, 0, value, 8);
    return bytes;
  }

  static byte[] bytes(int value) {
    byte[] bytes = new byte[4];
    put(bytes, 0, value, 4);
    return bytes;
  }

  static byte[] bytes(long... values) {
    byte[] bytes = new byte[values.length * 8];
    for (int i = 0; i < values.length; i++) {
      put(bytes, i * 8, values[i], 8);
    }
    return bytes;
  }

  private static void put(byte[] bytes, int at, long value, int count) {
    for (int i = 0; i < count; i++) {
      bytes[at + i] = (byte) (value >>> 8 * i);
    }
  }

  static long value(byte[] bytes, int from, int count) {
    long value = 0;
    for (int i = count - 1; i >= 0; i--) {
      value = value << 8 | bytes[from + i] & 0xFF;
    }
    return value;
  }
}
