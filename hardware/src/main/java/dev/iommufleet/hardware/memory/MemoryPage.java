package dev.iommufleet.hardware.memory;

import java.util.Arrays;

/**
 * 4 KiB of guest memory as 512 words of 8 bytes. Only lines of 64 bytes that were written are
 * stored, packed in ascending order; once all 64 are there, the packed words are simply the page.
 */
final class MemoryPage {
  static final int BYTES = 4096;
  static final int LINES = 64;
  static final int LINE_WORDS = 8;

  /** Address &gt;&gt;&gt; 12; -1 in the page that is none. */
  final long number;

  /** Who may change it. */
  final Object owner;

  private long stored; // one bit for each line
  private long[] words;
  private int nonZeroWords;

  MemoryPage(long number, Object owner) {
    this.number = number;
    this.owner = owner;
    words = new long[LINE_WORDS];
  }

  MemoryPage(MemoryPage other, Object owner) {
    number = other.number;
    this.owner = owner;
    stored = other.stored;
    words = other.words.clone();
    nonZeroWords = other.nonZeroWords;
  }

  /** {@code index}: 0 to 511. */
  long word(int index) {
    int line = index >>> 3;
    long below = stored << -line - 1; // the line's own bit is on top, those beneath it follow
    return below >= 0 ? 0 : words[(Long.bitCount(below) - 1 << 3) + (index & 7)];
  }

  void setWord(int index, long value) {
    int line = index >>> 3;
    int packed = Long.bitCount(stored & (1L << line) - 1) << 3;
    if ((stored >>> line & 1) == 0) {
      insertLine(packed);
      stored |= 1L << line;
    }
    int position = packed + (index & 7);
    nonZeroWords += (value != 0 ? 1 : 0) - (words[position] != 0 ? 1 : 0);
    words[position] = value;
  }

  private void insertLine(int packed) {
    int used = Long.bitCount(stored) << 3;
    if (used == words.length) {
      int lines = used >>> 3;
      words = Arrays.copyOf(words, Math.min(LINES, lines + 1 + (lines >>> 2)) << 3);
    }
    System.arraycopy(words, packed, words, packed + LINE_WORDS, used - packed);
    Arrays.fill(words, packed, packed + LINE_WORDS, 0);
  }

  boolean isZero() {
    return nonZeroWords == 0;
  }

  /** Whether any byte of this line (0 to 63) is not zero. */
  boolean holdsData(int line) {
    for (int index = line << 3; index < (line + 1) << 3; index++) {
      if (word(index) != 0) {
        return true;
      }
    }
    return false;
  }
}
