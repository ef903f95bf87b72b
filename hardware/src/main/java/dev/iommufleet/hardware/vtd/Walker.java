package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.vtd.spec.AddressWidth;
import dev.iommufleet.hardware.vtd.spec.FirstStageEntry;
import dev.iommufleet.hardware.vtd.spec.PageTable;
import dev.iommufleet.hardware.vtd.spec.SecondStageEntry;

/**
 * Walks page tables. One instance serves one IOMMU; a walk leaves its results in the fields.
 * [TRN-4.1] [TRN-5.1]
 */
final class Walker {
  private static final long UNREADABLE = -1;

  private final Core core;
  private final int addressWidth;
  private final long[] secondStageReserved;
  private final long[] firstStageReserved;

  /** The leaf before accessed and dirty bits were set. */
  long leaf;

  /** Level of the leaf, or where a failed walk stopped; 0: it had not started. */
  int level;

  boolean reads;
  boolean writes;

  Walker(Core core) {
    this.core = core;
    var capabilities = core.capabilities;
    addressWidth = capabilities.addressWidth();
    secondStageReserved =
        SecondStageEntry.reservedMasks(
            addressWidth,
            capabilities.staleTransientMapping() && capabilities.deviceTlb(),
            capabilities.scalableMode() || capabilities.snoopControl());
    firstStageReserved = FirstStageEntry.reservedMasks(addressWidth);
  }

  /** Next table or page that an entry of either stage points at. */
  long address(long entry) {
    return AddressWidth.pageAddress(entry, addressWidth);
  }

  boolean isSecondStageReserved(long entry, int atLevel) {
    return (entry & secondStageReserved[SecondStageEntry.kind(entry, atLevel)]) != 0;
  }

  /** All ones when it cannot be read. */
  long entry(long table, long iova, int atLevel) {
    long address = PageTable.entryAddress(table, iova, atLevel);
    return core.readable(address, PageTable.ENTRY_BYTES) ? core.memory.read64(address) : UNREADABLE;
  }

  /** Input width of a second-stage table, bits. */
  int inputBits(int widthCode) {
    return Math.min(AddressWidth.inputBits(widthCode), addressWidth);
  }

  // ---- second stage ----

  /** Returns 0 or a legacy fault reason. */
  int secondStage(long table, int widthCode, long iova, boolean write) {
    level = 0;
    reads = writes = true;
    if (iova >>> inputBits(widthCode) != 0) {
      return Fault.BEYOND_WIDTH;
    }
    int top = AddressWidth.levels(widthCode);
    if (top > 5) {
      return levelFault();
    }

    for (int at = top; ; at--) {
      long entry = entry(table, iova, at);
      if (entry == UNREADABLE) {
        return at == top ? topUnreadable() : Fault.TABLE_UNREADABLE;
      }
      boolean canRead = SecondStageEntry.read(entry);
      boolean canWrite = SecondStageEntry.write(entry);
      reads &= canRead;
      writes &= canWrite;
      if (write ? !canWrite : !canRead) {
        return noRight(canRead || canWrite, write);
      }
      if (at == 5) {
        return levelFault();
      }
      if (isSecondStageReserved(entry, at)) {
        return Fault.ENTRY_RESERVED;
      }
      if (SecondStageEntry.leaf(entry, at)) {
        level = at;
        leaf = entry;
        return Fault.NONE;
      }
      table = address(entry);
    }
  }

  private boolean hasScalableReasons() {
    return core.scalable() && !core.has(Quirk.LEGACY_REASONS_IN_SCALABLE_MODE);
  }

  private int topUnreadable() {
    return hasScalableReasons() ? Fault.SCALABLE_TOP_UNREADABLE : Fault.CONTEXT_INVALID;
  }

  /** {@code present}: the entry grants the other right. */
  private int noRight(boolean present, boolean write) {
    if (present && hasScalableReasons()) {
      return write ? Fault.SCALABLE_NO_WRITE : Fault.SCALABLE_NO_READ;
    }
    return write ? Fault.NO_WRITE : Fault.NO_READ;
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
    if (!FirstStageEntry.canonical(request.iova(), request.canonicalBits())) {
      return Fault.NOT_CANONICAL;
    }
    long table = request.table();
    while (true) {
      long entry = entry(table, request.iova(), level);
      int fault = checkFirstStage(entry, request);
      if (fault != Fault.NONE) {
        return fault;
      }
      boolean last = FirstStageEntry.leaf(entry, level);
      boolean dirties = writes || core.has(Quirk.ATS_DIRTIES_READ_ONLY);
      long dirty = last && request.write() && dirties ? FirstStageEntry.DIRTY : 0;
      long flags = FirstStageEntry.ACCESSED | dirty;
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
    if (!FirstStageEntry.present(entry)) {
      return Fault.FIRST_STAGE_ABSENT;
    }
    if (!FirstStageEntry.user(entry)) {
      return Fault.NOT_USER;
    }
    boolean canWrite = FirstStageEntry.write(entry);
    writes &= canWrite;
    if (request.write() && !request.ats() && !canWrite) {
      return Fault.SCALABLE_NO_WRITE;
    }
    return isFirstStageReserved(entry) ? Fault.FIRST_STAGE_RESERVED : Fault.NONE;
  }

  private boolean isFirstStageReserved(long entry) {
    if (level == 3 && FirstStageEntry.large(entry) && !oneGiBAllowed()) {
      return true;
    }
    return (entry & firstStageReserved[FirstStageEntry.kind(entry, level)]) != 0;
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
    long address = PageTable.entryAddress(table, iova, level);
    long updated = entry | flags;
    boolean stored =
        core.write(Fact.WriteKind.ACCESSED_DIRTY, address, LittleEndian.bytes(updated));
    return stored ? updated : UNREADABLE;
  }

  /** Whether a cached first-stage leaf lacks the dirty bit that a write needs. */
  static boolean lacksDirty(long leaf) {
    return (leaf & FirstStageEntry.DIRTY) == 0;
  }
}
