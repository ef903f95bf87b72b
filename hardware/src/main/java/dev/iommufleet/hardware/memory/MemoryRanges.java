package dev.iommufleet.hardware.memory;

import dev.iommufleet.hardware.StateHash;
import java.util.ArrayList;
import java.util.List;

/**
 * Which addresses do not answer as RAM: disjoint ranges in ascending order, neighbours of one kind
 * merged, so that equal contents have equal ranges. Immutable.
 */
final class MemoryRanges {
  static final MemoryRanges NONE = new MemoryRanges(List.of());

  private static final long RANGE_TAG = 0x4D52_414E_4745_0000L; // "MRANGE", kind in the low bits

  private final MemoryRange[] sorted;
  private final long hash;

  private MemoryRanges(List<MemoryRange> ranges) {
    sorted = ranges.toArray(MemoryRange[]::new);
    long sum = 0;
    for (var range : sorted) {
      sum += StateHash.mix(RANGE_TAG + range.kind().ordinal(), range.first(), range.length());
    }
    hash = sum;
  }

  int count() {
    return sorted.length;
  }

  long hash() {
    return hash;
  }

  MemoryRange get(int index) {
    return sorted[index];
  }

  /** These ranges with another laid over them. */
  MemoryRanges with(MemoryRange added) {
    var result = new ArrayList<MemoryRange>(sorted.length + 2);
    for (var range : sorted) {
      if (Long.compareUnsigned(range.first(), added.first()) < 0) {
        append(result, range.upTo(added.first() - 1));
      }
    }
    append(result, added);
    for (var range : sorted) {
      if (Long.compareUnsigned(range.last(), added.last()) > 0) {
        append(result, range.from(added.last() + 1));
      }
    }
    return new MemoryRanges(result);
  }

  private static void append(List<MemoryRange> ranges, MemoryRange next) {
    if (next.kind() == MemoryKind.RAM) {
      return;
    }
    if (!ranges.isEmpty() && ranges.getLast().touches(next)) {
      next = new MemoryRange(ranges.removeLast().first(), next.last(), next.kind());
    }
    ranges.add(next);
  }

  MemoryKind kind(long address) {
    int index = firstEndingAtOrAfter(address);
    return begins(index, address) ? sorted[index].kind() : MemoryKind.RAM;
  }

  /** Whether all of [first, last] is RAM. */
  boolean allRam(long first, long last) {
    return !begins(firstEndingAtOrAfter(first), last);
  }

  /** Whether nothing of [first, last] is unreadable. */
  boolean allReadable(long first, long last) {
    for (int index = firstEndingAtOrAfter(first); begins(index, last); index++) {
      if (sorted[index].kind() == MemoryKind.UNREADABLE) {
        return false;
      }
    }
    return true;
  }

  private boolean begins(int index, long upTo) {
    return index < sorted.length && Long.compareUnsigned(sorted[index].first(), upTo) <= 0;
  }

  private int firstEndingAtOrAfter(long address) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(sorted[middle].last(), address) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
