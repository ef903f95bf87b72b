package dev.iommufleet.hardware.vtd;

/**
 * Walks page tables. One instance serves one IOMMU; a walk leaves its results in the fields.
 * [TRN-4.1] [TRN-5.1]
 */
final class Walker {
  private static final long PRESENT = 1;
  private static final long WRITE = 1 << 1;
  private static final long USER = 1 << 2;
  private static final long ACCESSED = 1 << 5;
  private static final long DIRTY = 1 << 6;
  private static final long LARGE = 1 << 7;
  private static final long SECOND_STAGE_READ = 1;
  private static final long UNREADABLE = -1;

  private final Core core;
  private final long addressBits;
  private final long[] secondStageReserved;
  private final long[] secondStageLargeReserved;
  private final long[] firstStageReserved;
  private final long[] firstStageLargeReserved;

  /** The leaf before accessed and dirty bits were set. */
  long leaf;

  /** Level of the leaf, or where a failed walk stopped; 0: it had not started. */
  int level;

  boolean reads;
  boolean writes;

  Walker(Core core) {
    this.core = core;
    this.addressBits = core.addressMask & ~0xFFFL;
    var capabilities = core.capabilities;
    long second = ~(core.addressMask | 0xBFF0_0000_0000_0000L);
    long snoop = capabilities.scalableMode() || capabilities.snoopControl() ? 0x800 : 0;
    boolean transientMapping = capabilities.staleTransientMapping() && capabilities.deviceTlb();
    long leafFree = snoop | (transientMapping ? 1L << 62 : 0);
    secondStageReserved =
        new long[] {
          0, (second | 0x800) & ~leafFree, second | 0x800, second | 0x800, second | 0x880
        };
    secondStageLargeReserved =
        new long[] {0, 0, (second | 0x1F_F800) & ~leafFree, (second | 0x3FFF_F800) & ~leafFree};
    long first = ~(core.addressMask | 0xFFF0_0000_0000_0000L);
    firstStageReserved = new long[] {0, first, first, first, first | 0x80};
    firstStageLargeReserved = new long[] {0, 0, first | 0x1F_E000, first | 0x3FFF_E000};
  }

  /** log2 of the page size of a level. */
  static int shift(int level) {
    return 12 + 9 * (level - 1);
  }

  /** Offset bits within a page of the level, inclusive mask. */
  static long pageMask(int level) {
    return (1L << shift(level)) - 1;
  }

  long address(long entry) {
    return entry & addressBits;
  }

  boolean isSecondStageLeaf(long entry, int atLevel) {
    return atLevel == 1 || (entry & LARGE) != 0;
  }

  boolean isSecondStageReserved(long entry, int atLevel) {
    boolean large = (atLevel == 2 || atLevel == 3) && (entry & LARGE) != 0;
    return (entry & (large ? secondStageLargeReserved[atLevel] : secondStageReserved[atLevel]))
        != 0;
  }

  /** All ones when it cannot be read. */
  long entry(long table, long iova, int atLevel) {
    long address = table + (iova >>> shift(atLevel) & 0x1FF) * 8;
    return core.readable(address, 8) ? core.memory.read64(address) : UNREADABLE;
  }

  /** Input width of a second-stage table, bits. */
  int inputBits(int widthCode) {
    return Math.min(30 + 9 * widthCode, core.capabilities.addressWidth());
  }

  // ---- second stage ----

  /** Returns 0 or a legacy fault reason. */
  int secondStage(long table, int widthCode, long iova, boolean write) {
    level = 0;
    reads = writes = true;
    if (iova >>> inputBits(widthCode) != 0) {
      return Fault.BEYOND_WIDTH;
    }
    int top = 2 + widthCode;
    if (top > 5) {
      return levelFault();
    }
    long wanted = write ? WRITE : SECOND_STAGE_READ;
    for (int at = top; ; at--) {
      long entry = entry(table, iova, at);
      if (entry == UNREADABLE) {
        return at == top ? Fault.CONTEXT_INVALID : Fault.TABLE_UNREADABLE;
      }
      reads &= (entry & SECOND_STAGE_READ) != 0;
      writes &= (entry & WRITE) != 0;
      if ((entry & wanted) == 0) {
        return write ? Fault.NO_WRITE : Fault.NO_READ;
      }
      if (at == 5) {
        return levelFault();
      }
      if (isSecondStageReserved(entry, at)) {
        return Fault.ENTRY_RESERVED;
      }
      if (isSecondStageLeaf(entry, at)) {
        level = at;
        leaf = entry;
        return Fault.NONE;
      }
      table = address(entry);
    }
  }

  /** Five levels and more are not offered; the reference would abort here. */
  private int levelFault() {
    return core.scalable() ? Fault.PASID_INVALID : Fault.CONTEXT_INVALID;
  }

  // ---- first stage ----

  /**
   * @param canonicalBits width of an input address, bits
   * @param ats an ATS translation request: a read-only page is an answer, not a fault
   */
  record FirstStageRequest(long table, long iova, int canonicalBits, boolean write, boolean ats) {}

  /** Returns 0 or a fault reason. Sets A and D in guest memory. */
  int firstStage(FirstStageRequest request) {
    level = 4;
    reads = writes = true;
    long top = request.iova() >> request.canonicalBits() - 1;
    if (top != 0 && top != -1) {
      return Fault.NOT_CANONICAL;
    }
    long table = request.table();
    while (true) {
      long entry = entry(table, request.iova(), level);
      int fault = checkFirstStage(entry, request);
      if (fault != Fault.NONE) {
        return fault;
      }
      boolean last = level == 1 || (entry & LARGE) != 0;
      long flags = last && request.write() ? ACCESSED | DIRTY : ACCESSED;
      long updated = setFlags(table, request.iova(), entry, flags);
      if (updated == UNREADABLE) {
        return Fault.ACCESSED_DIRTY_FAILED;
      }
      if (last) {
        leaf = core.has(Quirk.DIRTY_BIT_LOST) ? entry : updated;
        return Fault.NONE;
      }
      table = address(entry);
      level--;
    }
  }

  private int checkFirstStage(long entry, FirstStageRequest request) {
    if (entry == UNREADABLE) {
      return level == 4 ? Fault.FIRST_STAGE_TOP_UNREADABLE : Fault.FIRST_STAGE_UNREADABLE;
    }
    if ((entry & PRESENT) == 0) {
      return Fault.FIRST_STAGE_ABSENT;
    }
    if ((entry & USER) == 0) {
      return Fault.NOT_USER;
    }
    writes &= (entry & WRITE) != 0;
    if (request.write() && !request.ats() && (entry & WRITE) == 0) {
      return Fault.FIRST_STAGE_NO_WRITE;
    }
    return isFirstStageReserved(entry) ? Fault.FIRST_STAGE_RESERVED : Fault.NONE;
  }

  private boolean isFirstStageReserved(long entry) {
    boolean large = (level == 2 || level == 3) && (entry & LARGE) != 0;
    if (large && level == 3 && !oneGiBAllowed()) {
      return true;
    }
    return (entry & (large ? firstStageLargeReserved[level] : firstStageReserved[level])) != 0;
  }

  private boolean oneGiBAllowed() {
    return core.capabilities.firstStage1GiB() || core.has(Quirk.FIRST_STAGE_1GIB_UNCHECKED);
  }

  /** The entry as it stands now; all ones when the store failed. */
  private long setFlags(long table, long iova, long entry, long flags) {
    boolean skip = core.has(Quirk.DIRTY_BIT_LOST) ? (entry & flags) != 0 : (entry & flags) == flags;
    if (skip) {
      return entry;
    }
    long address = table + (iova >>> shift(level) & 0x1FF) * 8;
    long updated = entry | flags;
    boolean stored =
        core.write(Fact.WriteKind.ACCESSED_DIRTY, address, LittleEndian.bytes(updated));
    return stored ? updated : UNREADABLE;
  }

  /** Whether a cached first-stage leaf lacks the dirty bit that a write needs. */
  static boolean lacksDirty(long leaf) {
    return (leaf & DIRTY) == 0;
  }
}
