package dev.iommufleet.load.capture;

import java.util.Arrays;

/**
 * The raw register file as the target's facts tell it, and what of it changed since it was asked.
 */
final class RegisterTracker {
  private static final int WORDS = 1024;
  private static final int GSTS = 0x1C / 4;
  private static final int IRES = 25;
  private static final long[] NOTHING = {};

  private final int[] before = new int[WORDS];
  private final int[] now = new int[WORDS];
  private final int[] touched = new int[WORDS];
  private final boolean[] marked = new boolean[WORDS];
  private int count;

  void set(int offset, int value) {
    now[word(offset)] = value;
    before[word(offset)] = value;
  }

  void clear() {
    Arrays.fill(now, 0);
    settle();
  }

  /** What is there now counts as unchanged. */
  void settle() {
    System.arraycopy(now, 0, before, 0, WORDS);
    Arrays.fill(marked, false);
    count = 0;
  }

  void changed(int[] offsets, int[] values) {
    for (int i = 0; i < offsets.length; i++) {
      int word = word(offsets[i]);
      now[word] = values[i];
      if (!marked[word]) {
        marked[word] = true;
        touched[count++] = word;
      }
    }
  }

  /** Offset and value of each word that differs from the last time, offsets ascending. */
  long[] takeChanges() {
    if (count == 0) {
      return NOTHING;
    }
    Arrays.sort(touched, 0, count);
    long[] changes = new long[count * 2];
    int length = 0;
    for (int i = 0; i < count; i++) {
      int word = touched[i];
      marked[word] = false;
      if (now[word] != before[word]) {
        changes[length++] = word * 4L;
        changes[length++] = now[word] & 0xFFFF_FFFFL;
        before[word] = now[word];
      }
    }
    count = 0;
    return length == changes.length ? changes : Arrays.copyOf(changes, length);
  }

  /** The word's value when changes were taken last. */
  int before(int offset) {
    return before[word(offset)];
  }

  /** GSTS.IRES: interrupt remapping is on. */
  boolean remapping() {
    return (now[GSTS] >>> IRES & 1) != 0;
  }

  private static int word(int offset) {
    return offset / 4 & WORDS - 1;
  }
}
