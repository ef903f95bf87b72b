package dev.iommufleet.hardware.vtd;

import static dev.iommufleet.hardware.vtd.Latch.*;

import dev.iommufleet.hardware.vtd.Operation.RemapInterrupt;
import dev.iommufleet.hardware.vtd.Reply.RemappedInterrupt;
import dev.iommufleet.hardware.vtd.spec.InterruptEntry;

/** Interrupt messages through the interrupt-remapping table. [STR-9.1] */
final class InterruptRemapper {
  private static final int UNKNOWN_SOURCE = 0xFFFF;
  private static final int REMAPPABLE = 1 << 4;
  private static final int SUBHANDLE_VALID = 1 << 3;

  private final Core core;
  private final FaultLog faults;

  InterruptRemapper(Core core, FaultLog faults) {
    this.core = core;
    this.faults = faults;
  }

  RemappedInterrupt remap(RemapInterrupt request) {
    long address = request.address();
    int data = request.data();
    if (!core.latches.is(REMAPPING_ENABLED)) {
      return new RemappedInterrupt(true, address, data, Fault.NONE);
    }
    if (address >>> 20 != 0xFEE) {
      return failed(request, Fault.IR_REQUEST_RESERVED, 0, false);
    }
    if ((address & REMAPPABLE) == 0) {
      return compatibility(request);
    }
    int handle = (int) (address >>> 5 & 0x7FFF | (address & 4) << 13);
    boolean subhandle = (address & SUBHANDLE_VALID) != 0;
    int index = subhandle ? handle + (data & 0xFFFF) & 0xFFFF : handle;
    return byEntry(request, index, subhandle);
  }

  /** Passes under its quirk; hardware blocks it unless CFI is on and EIME off. */
  private RemappedInterrupt compatibility(RemapInterrupt request) {
    boolean passes =
        core.has(Quirk.COMPATIBILITY_INTERRUPTS_PASS)
            || (core.registers.get(Registers.GSTS) & 1 << 23) != 0
                && !core.latches.is(REMAPPING_EXTENDED);
    return passes
        ? new RemappedInterrupt(true, request.address(), request.data(), Fault.NONE)
        : failed(request, Fault.IR_COMPATIBILITY_BLOCKED, 0, false);
  }

  private RemappedInterrupt byEntry(RemapInterrupt request, int index, boolean subhandle) {
    if (index >= core.latches.get(REMAPPING_ENTRIES)) {
      return failed(request, Fault.IR_INDEX_TOO_LARGE, index, false);
    }
    long at = core.latches.get(REMAPPING_TABLE) + index * 16L;
    if (!core.readable(at, 16)) {
      return failed(request, Fault.IR_ENTRY_UNREADABLE, index, false);
    }
    long low = core.memory.read64(at);
    long high = core.memory.read64(at + 8);
    int reason = check(request.sourceId(), low, high);
    if (reason != Fault.NONE) {
      return failed(request, reason, index, InterruptEntry.faultProcessingDisabled(low));
    }
    if (subhandle && request.data() >>> 16 != 0) {
      return failed(request, Fault.IR_REQUEST_RESERVED, 0, false);
    }
    return message(request, low);
  }

  private int check(int sourceId, long low, long high) {
    if (!InterruptEntry.present(low)) {
      return Fault.IR_ENTRY_ABSENT;
    }
    boolean posted = InterruptEntry.posted(low) && !core.has(Quirk.POSTED_FORMAT_IGNORED);
    if (posted || InterruptEntry.remappedReservedSet(low, high)) {
      return Fault.IR_ENTRY_RESERVED; // Posting is not offered, so IM must be 0.
    }
    return isSourceAccepted(sourceId, high) ? Fault.NONE : Fault.IR_SOURCE_REJECTED;
  }

  private boolean isSourceAccepted(int sourceId, long high) {
    if (sourceId == UNKNOWN_SOURCE) {
      return true;
    }
    int expected = InterruptEntry.sourceId(high);
    return switch (InterruptEntry.sourceValidation(high)) {
      case 0 -> true;
      case 1 -> {
        int mask = InterruptEntry.qualifierMask(InterruptEntry.sourceQualifier(high));
        yield ((sourceId ^ expected) & mask) == 0;
      }
      case 2 -> isInBusRange(sourceId >> 8, expected);
      default -> false;
    };
  }

  private boolean isInBusRange(int bus, int range) {
    boolean reversed = core.has(Quirk.BUS_RANGE_REVERSED);
    int first = reversed ? range & 0xFF : range >> 8;
    int last = reversed ? range >> 8 : range & 0xFF;
    return bus >= first && bus <= last;
  }

  private RemappedInterrupt message(RemapInterrupt request, long low) {
    int destination = InterruptEntry.destination(low, core.latches.is(REMAPPING_EXTENDED));
    long address =
        0xFEE0_0000L
            | (destination & 0xFFL) << 12
            | (InterruptEntry.redirectionHint(low) ? 8 : 0)
            | (InterruptEntry.logical(low) ? 4 : 0)
            | request.address() & 3
            | (destination & 0xFFFF_FF00L) << 32;
    int data =
        InterruptEntry.vector(low)
            | InterruptEntry.deliveryMode(low) << 8
            | 1 << 14
            | (InterruptEntry.levelTriggered(low) ? 1 << 15 : 0);
    return new RemappedInterrupt(true, address, data, Fault.NONE);
  }

  private RemappedInterrupt failed(
      RemapInterrupt request, int reason, int index, boolean silenced) {
    boolean silent = silenced && reason != Fault.IR_REQUEST_RESERVED;
    if (request.recordFaults() && !silent) {
      faults.interrupt(reason, request.sourceId(), index);
    }
    return new RemappedInterrupt(false, 0, 0, reason);
  }
}
