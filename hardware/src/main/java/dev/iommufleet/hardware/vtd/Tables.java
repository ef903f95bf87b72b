package dev.iommufleet.hardware.vtd;

import static dev.iommufleet.hardware.vtd.Latch.ROOT_TABLE;

/**
 * Reads root, context and PASID structures from guest memory. Each method returns 0 or a fault
 * reason; what it read lies in the arrays that were handed in, zeros where nothing was read.
 */
final class Tables {
  static final int TYPE_FIRST_STAGE = 1;
  static final int TYPE_SECOND_STAGE = 2;
  static final int TYPE_PASS_THROUGH = 4;

  private static final long PAGE = ~0xFFFL;
  private static final int CONTEXT_PASS_THROUGH = 2;

  private final Core core;
  private final long[] scratch = new long[8];

  /** The directory entry that the last PASID lookup read. */
  private long directory;

  Tables(Core core) {
    this.core = core;
  }

  // ---- root and context ----

  /** Root and context entry of a function, with all their checks. [TRN-3.1] */
  int context(int sourceId, long[] context) {
    context[0] = context[1] = context[2] = context[3] = 0;
    long root = core.latches.get(ROOT_TABLE) + (sourceId >> 8) * 16L;
    if (!core.readable(root, 16)) {
      return reason(Fault.ROOT_UNREADABLE);
    }
    long low = core.memory.read64(root);
    long high = core.memory.read64(root + 8);
    boolean scalable = core.scalable();
    boolean upper = scalable && (sourceId & 0x80) != 0;
    if (((upper ? high : low) & 1) == 0) {
      return reason(Fault.ROOT_ABSENT);
    }
    long reserved = 0xFFE | ~core.addressMask;
    if ((low & reserved) != 0 || (scalable ? (high & reserved) != 0 : high != 0)) {
      return reason(Fault.ROOT_RESERVED);
    }
    long table = (upper ? high : low) & PAGE;
    return scalable ? scalable(table, sourceId, context) : legacy(table, sourceId, context);
  }

  private int legacy(long table, int sourceId, long[] context) {
    long entry = table + (sourceId & 0xFF) * 16L;
    if (!core.readable(entry, 16)) {
      return Fault.CONTEXT_UNREADABLE;
    }
    context[0] = core.memory.read64(entry);
    context[1] = core.memory.read64(entry + 8);
    if ((context[0] & 1) == 0) {
      return Fault.CONTEXT_ABSENT;
    }
    if ((context[0] & (0xFF0 | ~core.addressMask)) != 0
        || (context[1] & 0xFFFF_FFFF_FF00_0080L) != 0) {
      return Fault.CONTEXT_RESERVED;
    }
    int type = (int) context[0] >> 2 & 3;
    boolean typeKnown =
        type == 0 || type == CONTEXT_PASS_THROUGH || type == 1 && core.capabilities.deviceTlb();
    boolean supported = isLevelSupported((int) context[1] & 7);
    return supported && typeKnown ? Fault.NONE : Fault.CONTEXT_INVALID;
  }

  private int scalable(long table, int sourceId, long[] context) {
    long entry = table + (sourceId & 0x7F) * 32L;
    if (!core.readable(entry, 32)) {
      return reason(Fault.CONTEXT_UNREADABLE);
    }
    for (int word = 0; word < 4; word++) {
      context[word] = core.memory.read64(entry + word * 8L);
    }
    if ((context[0] & 1) == 0) {
      return reason(Fault.CONTEXT_ABSENT);
    }
    if ((context[0] & (0x1E0 | ~core.addressMask)) != 0
        || (context[1] & 0xFFFF_FFFF_FFE0_0000L) != 0
        || (context[2] | context[3]) != 0) {
      return reason(Fault.CONTEXT_RESERVED);
    }
    return core.has(Quirk.PASID_0_GATES_FUNCTION) ? pasid(context, 0, scratch) : Fault.NONE;
  }

  /** The reason as this profile reports it in the mode that is on. */
  int reason(int reason) {
    return core.scalable() && !core.has(Quirk.LEGACY_REASONS_IN_SCALABLE_MODE)
        ? Fault.scalable(reason)
        : reason;
  }

  private boolean isLevelSupported(int widthCode) {
    return (core.capabilities.sagaw() >> widthCode & 1) != 0;
  }

  // ---- PASID directory and table ----

  /** Directory and table entry of a PASID, with all their checks, present included. [STR-4.1] */
  int pasid(long[] context, int pasid, long[] entry) {
    int fault = directory(context, pasid);
    clear(entry);
    if (fault == Fault.NONE && (directory & 1) == 0) {
      fault = Fault.DIRECTORY_ABSENT;
    }
    if (fault != Fault.NONE) {
      return fault;
    }
    fault = tableEntry(pasid, entry);
    return fault == Fault.NONE && (entry[0] & 1) == 0 ? Fault.PASID_ABSENT : fault;
  }

  /** Whether FPD is set in the directory entry that the last {@link #pasid} call met. */
  boolean directoryFpd() {
    return (directory & 2) != 0;
  }

  private int directory(long[] context, int pasid) {
    directory = 0;
    if (!core.has(Quirk.PASID_BOUND_UNCHECKED)) {
      int bits = ((int) context[0] >>> 9 & 7) + 13; // PDTS: 2^(PDTS + 7) directory entries
      if (pasid >>> bits != 0) {
        return Fault.PASID_BEYOND_DIRECTORY;
      }
    }
    long address = (context[0] & PAGE) + (pasid >>> 6 & 0x3FFF) * 8L;
    if (!core.readable(address, 8)) {
      return Fault.DIRECTORY_UNREADABLE;
    }
    directory = core.memory.read64(address);
    return Fault.NONE;
  }

  private int tableEntry(int pasid, long[] entry) {
    long address = (directory & PAGE) + (pasid & 63) * 64L;
    clear(entry);
    if (!core.readable(address, 64)) {
      return Fault.PASID_UNREADABLE;
    }
    for (int word = 0; word < 8; word++) {
      entry[word] = core.memory.read64(address + word * 8L);
    }
    if (!core.has(Quirk.PASID_TYPE_BEFORE_PRESENT) && (entry[0] & 1) == 0) {
      return Fault.PASID_ABSENT;
    }
    return isTypeValid(entry) ? Fault.NONE : Fault.PASID_INVALID;
  }

  private boolean isTypeValid(long[] entry) {
    return switch (type(entry)) {
      case TYPE_FIRST_STAGE -> core.capabilities.firstStage() && (entry[2] & 0xC) == 0;
      case TYPE_SECOND_STAGE ->
          core.capabilities.scalableMode()
              && !core.capabilities.firstStage()
              && isLevelSupported(widthCode(entry));
      case TYPE_PASS_THROUGH -> true;
      default -> false;
    };
  }

  private static void clear(long[] entry) {
    for (int word = 0; word < 8; word++) {
      entry[word] = 0;
    }
  }

  // ---- fields ----

  static int type(long[] pasidEntry) {
    return (int) (pasidEntry[0] >>> 6) & 7;
  }

  static int widthCode(long[] pasidEntry) {
    return (int) (pasidEntry[0] >>> 2) & 7;
  }

  /** The domain id that applies, whatever the state of the PASID entry. */
  int domainId(long[] context, int pasid) {
    if (!core.scalable()) {
      return (int) (context[1] >>> 8) & 0xFFFF;
    }
    pasid(context, pasid, scratch);
    return (int) scratch[1] & 0xFFFF;
  }

  /** Whether the structures say pass-through; unreadable or invalid ones do not. */
  boolean isPassThrough(long[] context, int pasid) {
    if (!core.scalable()) {
      return (context[0] >>> 2 & 3) == CONTEXT_PASS_THROUGH;
    }
    return pasid(context, pasid, scratch) == Fault.NONE && type(scratch) == TYPE_PASS_THROUGH;
  }
}
