package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.StateHash;

/** What the unit latched from its registers. Reports the net change of an operation. */
final class Latches {
  private static final long TAG = 2;
  private static final Latch[] ALL = Latch.values();

  private final long[] values;
  private final long[] before = new long[ALL.length];
  private int dirty;
  private long hash;

  Latches() {
    values = new long[ALL.length];
  }

  /** The same values; the other must not be in the middle of an operation. */
  Latches(Latches other) {
    values = other.values.clone();
    hash = other.hash;
  }

  long hash() {
    return hash;
  }

  long get(Latch latch) {
    return values[latch.ordinal()];
  }

  boolean is(Latch latch) {
    return values[latch.ordinal()] != 0;
  }

  void set(Latch latch, long value) {
    int index = latch.ordinal();
    if (values[index] == value) {
      return;
    }
    if ((dirty & 1 << index) == 0) {
      dirty |= 1 << index;
      before[index] = values[index];
    }
    restore(latch, value);
  }

  void set(Latch latch, boolean value) {
    set(latch, value ? 1 : 0);
  }

  void reset() {
    for (Latch latch : ALL) {
      set(latch, 0);
    }
  }

  void flush(FactSink sink) {
    while (dirty != 0) {
      int index = Integer.numberOfTrailingZeros(dirty);
      dirty &= dirty - 1;
      if (values[index] != before[index]) {
        sink.accept(new Fact.LatchChanged(ALL[index], values[index]));
      }
    }
  }

  void restore(Latch latch, long value) {
    int index = latch.ordinal();
    hash +=
        StateHash.mix(TAG, latch.number(), value)
            - StateHash.mix(TAG, latch.number(), values[index]);
    values[index] = value;
  }

  void describe(FactSink sink) {
    for (Latch latch : ALL) {
      if (is(latch)) {
        sink.accept(new Fact.LatchChanged(latch, get(latch)));
      }
    }
  }
}
