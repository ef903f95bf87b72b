package dev.iommufleet.hardware.memory;

/**
 * Addresses that do not answer as RAM.
 *
 * @param first lowest address, unsigned
 * @param last highest address, itself in the range, unsigned
 */
record MemoryRange(long first, long last, MemoryKind kind) {

  boolean touches(MemoryRange next) {
    return kind == next.kind && last + 1 == next.first;
  }

  MemoryRange upTo(long newLast) {
    return Long.compareUnsigned(last, newLast) <= 0 ? this : new MemoryRange(first, newLast, kind);
  }

  MemoryRange from(long newFirst) {
    return Long.compareUnsigned(first, newFirst) >= 0
        ? this
        : new MemoryRange(newFirst, last, kind);
  }

  /** In bytes; 0 means 2^64. */
  long length() {
    return last - first + 1;
  }
}
