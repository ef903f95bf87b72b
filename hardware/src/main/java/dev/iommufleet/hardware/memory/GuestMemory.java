package dev.iommufleet.hardware.memory;

import dev.iommufleet.hardware.StateHash;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Guest-physical memory, sparse: what was never written reads as zero and costs nothing.
 *
 * <p>Addresses are unsigned 64-bit, values little-endian, lengths in bytes and never negative. An
 * access that would pass 2^64 is neither readable nor writable. All is RAM except for ranges that
 * were set to another kind. What can be observed (contents, hash, runs, page count) depends on the
 * present contents alone, never on how they came about. Not thread-safe.
 */
public final class GuestMemory {
  /** Ranges of a kind other than RAM that can exist at once, after merging neighbours. */
  public static final int MAX_RANGES = 4096;

  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final MemoryPage NO_PAGE = new MemoryPage(-1, GuestMemory.class);
  private static final int PAGE_BITS = 12;
  private static final long WORD_TAG = 0x4D57_4F52_4400_0000L; // "MWORD"

  private final int maxPages;
  private final PageMap pages;
  private MemoryPage lastPage = NO_PAGE;
  private MemoryRanges ranges = MemoryRanges.NONE;
  private long wordHash;

  /** {@code maxPages}: 4 KiB pages that may hold a byte other than zero. */
  public GuestMemory(int maxPages) {
    this.maxPages = maxPages;
    this.pages = new PageMap();
  }

  private GuestMemory(GuestMemory other) {
    maxPages = other.maxPages;
    pages = other.pages.copy();
    ranges = other.ranges;
    wordHash = other.wordHash;
  }

  /** The same contents, independent from now on. */
  public GuestMemory copy() {
    return new GuestMemory(this);
  }

  /** 4 KiB pages that hold a byte other than zero. */
  public int pages() {
    return pages.size();
  }

  /** How many pages more a write here could need: those of the access that hold only zeros. */
  public int newPages(long address, int length) {
    if (length <= 0) {
      return 0;
    }
    long first = address >>> PAGE_BITS;
    long count = (address + length - 1 >>> PAGE_BITS) - first + 1;
    int missing = 0;
    for (long i = 0; i < count; i++) {
      if (page(first + i) == null) {
        missing++;
      }
    }
    return missing;
  }

  /**
   * Whether {@link #setRange} would succeed: the range does not pass 2^64 and at most {@link
   * #MAX_RANGES} would exist. {@code length} in bytes, 0 means 2^64.
   */
  public boolean canSetRange(long address, long length, MemoryKind kind) {
    long last = address + length - 1;
    return Long.compareUnsigned(last, address) >= 0
        && (ranges.count() <= MAX_RANGES - 2
            || ranges.with(new MemoryRange(address, last, kind)).count() <= MAX_RANGES);
  }

  /**
   * Makes a range answer as {@code kind}, whatever it was. Data in it stays and shows again when it
   * becomes readable. {@code length} in bytes, 0 means 2^64.
   *
   * @throws IllegalStateException when {@link #canSetRange} is false
   */
  public void setRange(long address, long length, MemoryKind kind) {
    if (!canSetRange(address, length, kind)) {
      throw new IllegalStateException(
          "range 0x%x length 0x%x %s does not fit, %d ranges are set"
              .formatted(address, length, kind, ranges.count()));
    }
    ranges = ranges.with(new MemoryRange(address, address + length - 1, kind));
  }

  /** How the byte at this address answers. */
  public MemoryKind kind(long address) {
    return ranges.kind(address);
  }

  /** Visits the ranges that are not RAM, ascending, disjoint, neighbours of one kind merged. */
  public void forEachRange(RangeVisitor visitor) {
    for (int i = 0; i < ranges.count(); i++) {
      var range = ranges.get(i);
      visitor.range(range.first(), range.length(), range.kind());
    }
  }

  /** Whether every byte can be read. */
  public boolean readable(long address, int length) {
    if (length <= 0) {
      return length == 0;
    }
    long last = address + length - 1;
    return Long.compareUnsigned(last, address) >= 0
        && (ranges == MemoryRanges.NONE || ranges.allReadable(address, last));
  }

  /** Whether every byte can be written, even if none of them is zero: no page would be too many. */
  public boolean writable(long address, int length) {
    if (length <= 0) {
      return length == 0;
    }
    long last = address + length - 1;
    return Long.compareUnsigned(last, address) >= 0
        && (ranges == MemoryRanges.NONE || ranges.allRam(address, last))
        && roomFor(address, last, length);
  }

  private boolean roomFor(long address, long last, int length) {
    long touched = (last >>> PAGE_BITS) - (address >>> PAGE_BITS) + 1;
    return touched <= maxPages - pages.size()
        || newPages(address, length) <= maxPages - pages.size();
  }

  /** The 8 bytes at an address of any alignment; the caller knows that they are readable. */
  public long read64(long address) {
    int shift = (int) (address & 7) << 3;
    long low = word(address);
    return shift == 0 ? low : low >>> shift | word(address + 8) << -shift;
  }

  /** The 4 bytes at an address of any alignment; the caller knows that they are readable. */
  public int read32(long address) {
    int shift = (int) (address & 7) << 3;
    long low = word(address) >>> shift;
    return (int) (shift <= 32 ? low : low | word(address + 8) << -shift);
  }

  /** Copies bytes out; false, with nothing copied, when one of them is unreadable. */
  public boolean read(long address, byte[] into, int offset, int length) {
    if (!readable(address, length)) {
      return false;
    }
    int done = 0;
    for (; done + 8 <= length; done += 8) {
      WORD.set(into, offset + done, read64(address + done));
    }
    for (; done < length; done++) {
      long at = address + done;
      into[offset + done] = (byte) (word(at) >>> ((at & 7) << 3));
    }
    return true;
  }

  /** Copies bytes in; false, with nothing changed, when one of them is not writable. */
  public boolean write(long address, byte[] from, int offset, int length) {
    if (!writable(address, length)) {
      return false;
    }
    int done = 0;
    while (done < length && (address + done & 7) != 0) {
      putByte(address + done, from[offset + done++]);
    }
    for (; done + 8 <= length; done += 8) {
      putWord(address + done, (long) WORD.get(from, offset + done));
    }
    while (done < length) {
      putByte(address + done, from[offset + done++]);
    }
    return true;
  }

  /** Writes 8 bytes at any alignment; false, with nothing changed, when not writable. */
  public boolean write64(long address, long value) {
    if (!writable(address, 8)) {
      return false;
    }
    int shift = (int) (address & 7) << 3;
    if (shift == 0) {
      putWord(address, value);
    } else {
      putBits(address, -1L << shift, value << shift);
      putBits(address + 8, -1L >>> -shift, value >>> -shift);
    }
    return true;
  }

  /** Writes 4 bytes at any alignment; false, with nothing changed, when not writable. */
  public boolean write32(long address, int value) {
    if (!writable(address, 4)) {
      return false;
    }
    int shift = (int) (address & 7) << 3;
    long bits = Integer.toUnsignedLong(value);
    putBits(address, 0xFFFF_FFFFL << shift, bits << shift);
    if (shift > 32) {
      putBits(address + 8, 0xFFFF_FFFFL >>> -shift, bits >>> -shift);
    }
    return true;
  }

  /** Equal for equal contents and ranges; kept up to date by each change. */
  public long hash() {
    return wordHash + ranges.hash();
  }

  /**
   * Visits all bytes that are not zero, ascending: runs of whole 64-byte lines that hold data, cut
   * at page borders. The arrays are the visitor's own.
   */
  public void forEachRun(RunVisitor visitor) {
    for (var page : pages.sorted()) {
      for (int line = 0; line < MemoryPage.LINES; line++) {
        int end = line;
        while (end < MemoryPage.LINES && page.holdsData(end)) {
          end++;
        }
        if (end > line) {
          visitor.run((page.number << PAGE_BITS) + line * 64L, bytesOf(page, line, end));
          line = end;
        }
      }
    }
  }

  private static byte[] bytesOf(MemoryPage page, int firstLine, int endLine) {
    var bytes = new byte[(endLine - firstLine) * 64];
    for (int at = 0; at < bytes.length; at += 8) {
      WORD.set(bytes, at, page.word((firstLine << 3) + (at >>> 3)));
    }
    return bytes;
  }

  /** The aligned 8 bytes around an address. */
  private long word(long address) {
    var page = page(address >>> PAGE_BITS);
    return page == null ? 0 : page.word((int) (address >>> 3) & 511);
  }

  private MemoryPage page(long number) {
    var page = lastPage;
    return page.number == number ? page : findPage(number);
  }

  private MemoryPage findPage(long number) {
    var page = pages.find(number);
    if (page != null) {
      lastPage = page;
    }
    return page;
  }

  private void putByte(long address, byte value) {
    int shift = (int) (address & 7) << 3;
    putBits(address, 0xFFL << shift, (value & 0xFFL) << shift);
  }

  private void putBits(long address, long mask, long bits) {
    putWord(address, word(address) & ~mask | bits);
  }

  /** Stores the aligned 8 bytes around an address; a page that holds only zeros goes. */
  private void putWord(long address, long value) {
    int index = (int) (address >>> 3) & 511;
    var page = page(address >>> PAGE_BITS);
    long old = page == null ? 0 : page.word(index);
    if (old == value) {
      return;
    }
    page = page == null ? pages.add(address >>> PAGE_BITS) : pages.own(page);
    lastPage = page;
    page.setWord(index, value);
    wordHash += term(address & -8, value) - term(address & -8, old);
    if (page.isZero()) {
      pages.remove(page);
      lastPage = NO_PAGE;
    }
  }

  private static long term(long address, long word) {
    return word == 0 ? 0 : StateHash.mix(WORD_TAG, address, word);
  }

  /** Takes one range at a time. */
  @FunctionalInterface
  public interface RangeVisitor {
    /** {@code length} in bytes, 0 means 2^64; {@code kind} is never RAM. */
    void range(long address, long length, MemoryKind kind);
  }

  /** Takes one run of bytes at a time. */
  @FunctionalInterface
  public interface RunVisitor {
    /** {@code address} is 64-byte aligned; {@code bytes}: a multiple of 64, at most 4,096. */
    void run(long address, byte[] bytes);
  }
}
