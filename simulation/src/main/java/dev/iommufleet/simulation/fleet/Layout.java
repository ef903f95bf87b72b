package dev.iommufleet.simulation.fleet;

/** Where a guest keeps its structures; guest-physical addresses. */
final class Layout {
  static final long ROOT = 0x1000;
  static final long CONTEXTS = 0x2000;
  static final long QUEUE = 0x1_0000;
  static final long REQUESTS = 0x2_0000;
  static final long STATUS = 0x3_0000;
  static final int QUEUE_ENTRIES = 128;
  static final int DESCRIPTOR = 32;
  static final int REQUEST = 32;

  /** 128 requests, the smallest queue that there is. */
  static final int REQUEST_BYTES = 0x1000;

  static final int STATUS_SLOTS = 512;
  static final int SPACES = 3;
  static final int PAGES = 12;
  static final int FRAMES = 96;

  private static final long DIRECTORIES = 0x4_0000;
  private static final long PASID_TABLES = 0x5_0000;
  private static final long PAGE_TABLES = 0x10_0000;
  private static final long PER_SPACE = 0x4000;
  private static final long FIRST_FRAME = 0x1000_0000;
  private static final long FIRST_PAGE = 0x4000_0000;

  private Layout() {}

  static long context(int sourceId) {
    return CONTEXTS + (sourceId >= 0x80 ? 0x1000 : 0) + (sourceId & 0x7F) * 32L;
  }

  static long directory(int slot) {
    return DIRECTORIES + slot * 0x1000L;
  }

  static long pasidEntry(int slot, int pasid) {
    return PASID_TABLES + slot * 0x1000L + pasid * 64L;
  }

  /** Table {@code level} of an address space, from 0 at the top to 3. */
  static long table(int space, int level) {
    return PAGE_TABLES + space * PER_SPACE + level * 0x1000L;
  }

  static long leaf(int space, int page) {
    return table(space, 3) + page * 8L;
  }

  /** Where a device sees a page. */
  static long iova(int page) {
    return FIRST_PAGE + page * 0x1000L;
  }

  static int page(long iova) {
    return (int) (iova - FIRST_PAGE >>> 12);
  }

  static long frame(int frame) {
    return FIRST_FRAME + frame * 0x1000L;
  }

  /** The frame of an address; -1: none. */
  static int frameOf(long address) {
    long frame = address - FIRST_FRAME >> 12;
    return frame >= 0 && frame < FRAMES ? (int) frame : -1;
  }

  static long status(int wait) {
    return STATUS + wait % STATUS_SLOTS * 4L;
  }

  static int domain(int space) {
    return 5 + space;
  }
}
