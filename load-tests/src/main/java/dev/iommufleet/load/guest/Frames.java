package dev.iommufleet.load.guest;

import java.util.Arrays;

/** Pages of guest memory for tables; the last one given back is the next one given out. */
final class Frames {
  private static final long FIRST = 0x10_0000;

  private int next;
  private int[] free = new int[4];
  private int freeCount;

  /** A page of zeros: one that was used before is cleared, one that never was is zero. */
  long take(Batch batch) {
    if (freeCount == 0) {
      return FIRST + ((long) next++ << 12);
    }
    long frame = FIRST + ((long) free[--freeCount] << 12);
    batch.store(frame, new long[512]);
    return frame;
  }

  /** So many pages in a row that were never used. */
  long takeRow(int pages) {
    long first = FIRST + ((long) next << 12);
    next += pages;
    return first;
  }

  void giveBack(long address) {
    if (freeCount == free.length) {
      free = Arrays.copyOf(free, 2 * freeCount);
    }
    free[freeCount++] = (int) (address - FIRST >>> 12);
  }
}
