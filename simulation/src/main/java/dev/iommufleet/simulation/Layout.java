package dev.iommufleet.simulation;

/**
 * Where the guest of a scenario keeps its structures; guest-physical addresses. Function n of the
 * scenario has its own PASID directory.
 */
final class Layout {
  static final long ROOT = 0x1000;
  static final long CONTEXTS = 0x2000;
  static final long QUEUE = 0x30_000;
  static final long REQUESTS = 0x40_000;
  static final long STATUS = 0x50_000;
  static final int QUEUE_ENTRIES = 128;
  static final int DESCRIPTOR_BYTES = 32;

  /** 128 requests, the smallest queue that there is. */
  static final int REQUEST_BYTES = 0x1000;

  private static final long DIRECTORIES = 0x10_000;
  private static final long PASID_TABLES = 0x11_000;
  private static final long PER_FUNCTION = 0x2000;
  private static final long PAGE_TABLES = 0x100_000;
  private static final long PER_SPACE = 0x4000;

  private Layout() {}

  static long context(int sourceId) {
    int devfn = sourceId & 0xFF;
    return CONTEXTS + (devfn >= 0x80 ? 0x1000 : 0) + (devfn & 0x7F) * 32L;
  }

  static long directory(int function) {
    return DIRECTORIES + function * PER_FUNCTION;
  }

  static long pasidEntry(int function, int pasid) {
    return PASID_TABLES + function * PER_FUNCTION + pasid * 64L;
  }

  /** Top table of address space {@code space}. */
  static long pageTable(int space) {
    return PAGE_TABLES + space * PER_SPACE;
  }

  /** Leaf entry of 4 KiB page {@code page}, 0 to 511. */
  static long leaf(int space, int page) {
    return pageTable(space) + 0x3000 + page * 8L;
  }

  static long status(int wait) {
    return STATUS + wait * 4L;
  }
}
