package dev.iommufleet.hardware.vtd;

import static dev.iommufleet.hardware.vtd.Latch.ROOT_TABLE;

import dev.iommufleet.hardware.vtd.spec.AddressWidth;
import dev.iommufleet.hardware.vtd.spec.ContextEntry;
import dev.iommufleet.hardware.vtd.spec.PasidDirectoryEntry;
import dev.iommufleet.hardware.vtd.spec.PasidEntry;
import dev.iommufleet.hardware.vtd.spec.RootEntry;
import java.util.Arrays;

/**
 * Reads root, context and PASID structures from guest memory. Each method returns 0 or a fault
 * reason; what it read lies in the arrays that were handed in, zeros where nothing was read.
 */
final class Tables {

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
    Arrays.fill(context, 0);
    long root = RootEntry.address(core.latches.get(ROOT_TABLE), sourceId >> 8);
    if (!core.readable(root, RootEntry.BYTES)) {
      return reason(Fault.ROOT_UNREADABLE);
    }
    long low = core.memory.read64(root);
    long high = core.memory.read64(root + 8);
    boolean scalable = core.scalable();
    long used = scalable ? RootEntry.scalableWord(low, high, sourceId & 0xFF) : low;
    if (!RootEntry.present(used)) {
      return reason(Fault.ROOT_ABSENT);
    }
    if (RootEntry.reservedSet(low, high, scalable, core.capabilities.addressWidth())) {
      return reason(Fault.ROOT_RESERVED);
    }
    long table = RootEntry.contextTable(used);
    return scalable ? scalable(table, sourceId, context) : legacy(table, sourceId, context);
  }

  private int legacy(long table, int sourceId, long[] context) {
    long entry = ContextEntry.legacyAddress(table, sourceId & 0xFF);
    if (!core.readable(entry, ContextEntry.LEGACY_BYTES)) {
      return Fault.CONTEXT_UNREADABLE;
    }
    context[0] = core.memory.read64(entry);
    context[1] = core.memory.read64(entry + 8);
    if (!ContextEntry.present(context[0])) {
      return Fault.CONTEXT_ABSENT;
    }
    if (ContextEntry.legacyReservedSet(context[0], context[1], core.capabilities.addressWidth())) {
      return Fault.CONTEXT_RESERVED;
    }
    boolean offered =
        isLevelSupported(ContextEntry.addressWidthCode(context[1]))
            && ContextEntry.translationTypeOffered(
                ContextEntry.translationType(context[0]), core.capabilities.deviceTlb(), true);
    return offered ? Fault.NONE : Fault.CONTEXT_INVALID;
  }

  private int scalable(long table, int sourceId, long[] context) {
    long entry = ContextEntry.scalableAddress(table, sourceId & 0xFF);
    if (!core.readable(entry, ContextEntry.SCALABLE_BYTES)) {
      return reason(Fault.CONTEXT_UNREADABLE);
    }
    for (int word = 0; word < 4; word++) {
      context[word] = core.memory.read64(entry + word * 8L);
    }
    if (!ContextEntry.present(context[0])) {
      return reason(Fault.CONTEXT_ABSENT);
    }
    int width = core.capabilities.addressWidth();
    if (ContextEntry.scalableReservedSet(context[0], context[1], context[2] | context[3], width)) {
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
    return AddressWidth.offered(widthCode, (int) core.capabilities.sagaw());
  }

  // ---- PASID directory and table ----

  /** Directory and table entry of a PASID, with all their checks, present included. [STR-4.1] */
  int pasid(long[] context, int pasid, long[] entry) {
    int fault = directory(context, pasid);
    Arrays.fill(entry, 0);
    if (fault == Fault.NONE && !PasidDirectoryEntry.present(directory)) {
      fault = Fault.DIRECTORY_ABSENT;
    } else if (fault == Fault.NONE && checksReserved() && PasidDirectoryEntry.reserved(directory)) {
      fault = Fault.DIRECTORY_RESERVED;
    }
    if (fault != Fault.NONE) {
      return fault;
    }
    fault = tableEntry(pasid, entry);
    return fault == Fault.NONE && !PasidEntry.present(entry[0]) ? Fault.PASID_ABSENT : fault;
  }

  /** Whether FPD is set in the directory entry that the last {@link #pasid} call met. */
  boolean directoryFpd() {
    return PasidDirectoryEntry.faultProcessingDisabled(directory);
  }

  private int directory(long[] context, int pasid) {
    directory = 0;
    if (!core.has(Quirk.PASID_BOUND_UNCHECKED) && pasid >= ContextEntry.pasidLimit(context[0])) {
      return Fault.PASID_BEYOND_DIRECTORY;
    }
    long address = PasidDirectoryEntry.address(ContextEntry.pointer(context[0]), pasid);
    if (!core.readable(address, PasidDirectoryEntry.BYTES)) {
      return Fault.DIRECTORY_UNREADABLE;
    }
    directory = core.memory.read64(address);
    return Fault.NONE;
  }

  private int tableEntry(int pasid, long[] entry) {
    long address = PasidEntry.address(PasidDirectoryEntry.table(directory), pasid);
    if (!core.readable(address, PasidEntry.BYTES)) {
      return Fault.PASID_UNREADABLE;
    }
    for (int word = 0; word < entry.length; word++) {
      entry[word] = core.memory.read64(address + word * 8L);
    }
    if (!core.has(Quirk.PASID_TYPE_BEFORE_PRESENT) && !PasidEntry.present(entry[0])) {
      return Fault.PASID_ABSENT;
    }
    if (checksReserved() && PasidEntry.reserved(entry)) {
      return Fault.PASID_RESERVED;
    }
    return isTypeValid(entry) ? Fault.NONE : Fault.PASID_INVALID;
  }

  private boolean checksReserved() {
    return !core.has(Quirk.PASID_RESERVED_UNCHECKED);
  }

  private boolean isTypeValid(long[] entry) {
    var capabilities = core.capabilities;
    return switch (PasidEntry.translationType(entry[0])) {
      case PasidEntry.FIRST_STAGE ->
          capabilities.firstStage() && PasidEntry.firstStageMode(entry[2]) == 0;
      case PasidEntry.SECOND_STAGE ->
          capabilities.scalableMode()
              && !capabilities.firstStage()
              && isLevelSupported(PasidEntry.addressWidthCode(entry[0]));
      case PasidEntry.PASS_THROUGH -> true;
      default -> false;
    };
  }

  /** The domain id that applies, whatever the state of the PASID entry. */
  int domainId(long[] context, int pasid) {
    if (!core.scalable()) {
      return ContextEntry.domainId(context[1]);
    }
    pasid(context, pasid, scratch);
    return PasidEntry.domainId(scratch[1]);
  }

  /** Whether the structures say pass-through; unreadable or invalid ones do not. */
  boolean isPassThrough(long[] context, int pasid) {
    if (!core.scalable()) {
      return ContextEntry.translationType(context[0]) == ContextEntry.PASS_THROUGH;
    }
    return pasid(context, pasid, scratch) == Fault.NONE
        && PasidEntry.translationType(scratch[0]) == PasidEntry.PASS_THROUGH;
  }
}
