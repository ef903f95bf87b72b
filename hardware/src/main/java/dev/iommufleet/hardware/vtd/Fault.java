package dev.iommufleet.hardware.vtd;

/** Fault reasons that the unit raises, as VT-d numbers them. [TRN-8.1] */
final class Fault {
  static final int NONE = 0;
  static final int ROOT_ABSENT = 0x01;
  static final int CONTEXT_ABSENT = 0x02;
  static final int CONTEXT_INVALID = 0x03;
  static final int BEYOND_WIDTH = 0x04;
  static final int NO_WRITE = 0x05;
  static final int NO_READ = 0x06;
  static final int TABLE_UNREADABLE = 0x07;
  static final int ROOT_UNREADABLE = 0x08;
  static final int CONTEXT_UNREADABLE = 0x09;
  static final int ROOT_RESERVED = 0x0A;
  static final int CONTEXT_RESERVED = 0x0B;
  static final int ENTRY_RESERVED = 0x0C;
  static final int TYPE_BLOCKS_REQUEST = 0x0D;
  static final int WINDOW_LEGACY = 0x0E;
  static final int IR_REQUEST_RESERVED = 0x20;
  static final int IR_INDEX_TOO_LARGE = 0x21;
  static final int IR_ENTRY_ABSENT = 0x22;
  static final int IR_ENTRY_UNREADABLE = 0x23;
  static final int IR_ENTRY_RESERVED = 0x24;
  static final int IR_COMPATIBILITY_BLOCKED = 0x25;
  static final int IR_SOURCE_REJECTED = 0x26;
  static final int PASID_IN_LEGACY_MODE = 0x31;
  static final int PAGE_REQUEST_IN_LEGACY_MODE = 0x32;
  static final int DEVICE_TLB_DISABLED = 0x44;
  static final int PASID_DISABLED = 0x45;
  static final int PASID_BEYOND_DIRECTORY = 0x46;
  static final int PAGE_REQUESTS_DISABLED = 0x47;
  static final int DIRECTORY_UNREADABLE = 0x50;
  static final int DIRECTORY_ABSENT = 0x51;
  static final int DIRECTORY_RESERVED = 0x52;
  static final int PASID_UNREADABLE = 0x58;
  static final int PASID_ABSENT = 0x59;
  static final int PASID_RESERVED = 0x5A;
  static final int PASID_INVALID = 0x5B;
  static final int FIRST_STAGE_UNREADABLE = 0x70;
  static final int FIRST_STAGE_ABSENT = 0x71;
  static final int FIRST_STAGE_RESERVED = 0x72;
  static final int FIRST_STAGE_TOP_UNREADABLE = 0x73;
  static final int SCALABLE_NO_RIGHT = 0x79;
  static final int SCALABLE_TOP_UNREADABLE = 0x7B;
  static final int NOT_CANONICAL = 0x80;
  static final int NOT_USER = 0x81;
  static final int SCALABLE_NO_WRITE = 0x85;
  static final int SCALABLE_NO_READ = 0x86;
  static final int WINDOW = 0x87;
  static final int ACCESSED_DIRTY_FAILED = 0x91;

  /** Reasons that FPD suppresses, one bit each, by 64s. */
  private static final long[] QUALIFIED = new long[4];

  static {
    int[] reasons = {
      0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0C, 0x0D, 0x0E, 0x41, 0x43, 0x44, 0x45, 0x46, 0x47,
      0x51, 0x52, 0x59, 0x5A, 0x5B, 0x70, 0x71, 0x72, 0x73, 0x78, 0x79, 0x7A, 0x7B, 0x80, 0x81,
      0x84, 0x85, 0x86, 0x87, 0x91
    };
    for (int reason : reasons) {
      QUALIFIED[reason >> 6] |= 1L << reason;
    }
  }

  private Fault() {}

  static boolean isQualified(int reason, boolean reservedContextToo) {
    return (QUALIFIED[reason >> 6] & 1L << reason) != 0
        || reservedContextToo && (reason == CONTEXT_RESERVED || reason == 0x42);
  }

  /** The scalable-mode code of a reason that legacy and scalable mode share. [TRN-8.2] */
  static int scalable(int reason) {
    return switch (reason) {
      case ROOT_UNREADABLE -> 0x38;
      case ROOT_ABSENT -> 0x39;
      case ROOT_RESERVED -> 0x3A;
      case CONTEXT_UNREADABLE -> 0x40;
      case CONTEXT_ABSENT -> 0x41;
      case CONTEXT_RESERVED -> 0x42;
      case CONTEXT_INVALID -> 0x43;
      case TABLE_UNREADABLE -> 0x78;
      case NO_WRITE, NO_READ -> SCALABLE_NO_RIGHT;
      case ENTRY_RESERVED -> 0x7A;
      case BEYOND_WIDTH -> 0x84;
      case WINDOW_LEGACY -> WINDOW;
      default -> reason;
    };
  }
}
