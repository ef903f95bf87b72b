package dev.iommufleet.load.capture;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A fixed set of names, found by their bytes without making strings. */
final class Symbols {
  static final VarHandle LE64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Bytes that must be readable behind the end of a name. */
  static final int SLACK = Long.BYTES;

  /** Slots for each name, at least; so that hardly any two meet. */
  private static final int SPARSE = 8;

  /** Odd; chosen because the names that most lines have do not meet under it. */
  private static final long SPREAD = 0xC2B2_AE3D_27D4_EB4FL;

  private final byte[][] names;
  private final int[] slots;
  private final int shift;

  /** A name's index is its place in {@code names}. */
  Symbols(String... names) {
    this.names = new byte[names.length][];
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(names.length * SPARSE);
    slots = new int[1 << bits];
    shift = Long.SIZE - bits;
    Arrays.fill(slots, -1);
    for (int i = 0; i < names.length; i++) {
      this.names[i] = names[i].getBytes(StandardCharsets.UTF_8);
      byte[] padded = Arrays.copyOf(this.names[i], this.names[i].length + SLACK);
      int slot = slot(padded, 0, this.names[i].length);
      while (slots[slot] >= 0) {
        slot = slot + 1 & slots.length - 1;
      }
      slots[slot] = i;
    }
  }

  /** The index of the name in {@code [from, to)}, or -1. {@link #SLACK} bytes may follow. */
  int find(byte[] bytes, int from, int to) {
    int slot = slot(bytes, from, to);
    int index;
    while ((index = slots[slot]) >= 0) {
      byte[] name = names[index];
      if (Arrays.equals(bytes, from, to, name, 0, name.length)) {
        return index;
      }
      slot = slot + 1 & slots.length - 1;
    }
    return -1;
  }

  private int slot(byte[] bytes, int from, int to) {
    int length = to - from;
    long head = (long) LE64.get(bytes, from);
    if (length < Long.BYTES) {
      head &= (1L << length * 8) - 1;
    }
    return (int) ((head + length) * SPREAD >>> shift);
  }
}
