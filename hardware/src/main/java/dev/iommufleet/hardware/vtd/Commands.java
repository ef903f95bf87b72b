package dev.iommufleet.hardware.vtd;

import static dev.iommufleet.hardware.vtd.Latch.*;
import static dev.iommufleet.hardware.vtd.Registers.*;

import dev.iommufleet.hardware.Guard;

/** The global command register and the register-based invalidations. [REG-6.1] [REG-7.1] */
final class Commands {
  private static final int TE = 1 << 31;
  private static final int SRTP = 1 << 30;
  private static final int QIE = 1 << 26;
  private static final int IRE = 1 << 25;
  private static final int SIRTP = 1 << 24;
  private static final int CFI = 1 << 23;
  private static final long RTADDR_SCALABLE = 1 << 10;
  private static final int ICC = 1 << 31; // CCMD [63]
  private static final int IVT = 1 << 31; // IOTLB [63]
  private static final int MAX_ADDRESS_MASK = 18;

  /** Bits of the latch for what is due; granularities that were done stand above them. */
  private static final int DUE_TE = 1;

  private static final int DUE_RTPS = 1 << 1;
  private static final int DUE_CONTEXT = 1 << 2;
  private static final int DUE_IOTLB = 1 << 3;
  private static final int CONTEXT_GRANULARITY_LSB = 4;
  private static final int IOTLB_GRANULARITY_LSB = 6;

  private final Core core;
  private final Invalidator invalidator;
  private final InvalidationQueue queue;

  Commands(Core core, Invalidator invalidator, InvalidationQueue queue) {
    this.core = core;
    this.invalidator = invalidator;
    this.queue = queue;
    queue.whenAnswered(this::complete);
  }

  // ---- completion ----

  /** Status that software waits for changes last: when the devices have answered. */
  private void complete(int due) {
    core.latches.set(COMPLETIONS_DUE, core.latches.get(COMPLETIONS_DUE) | due);
    if (areDevicesDone()) {
      complete();
    }
  }

  @Guard(value = "command-completes-last", without = "true")
  private boolean areDevicesDone() {
    return !core.devices.isAnyOpen();
  }

  private void complete() {
    int due = (int) core.latches.get(COMPLETIONS_DUE);
    core.latches.set(COMPLETIONS_DUE, 0);
    if ((due & DUE_TE) != 0) {
      core.registers.update(GSTS, TE, core.latches.is(TRANSLATION_ENABLED) ? TE : 0);
    }
    if ((due & DUE_RTPS) != 0) {
      core.registers.update(GSTS, 0, SRTP);
    }
    if ((due & DUE_CONTEXT) != 0) {
      int done = due >>> CONTEXT_GRANULARITY_LSB & 3;
      core.registers.update(CCMD + 4, ICC | 3 << 27, done << 27);
    }
    if ((due & DUE_IOTLB) != 0) {
      int done = due >>> IOTLB_GRANULARITY_LSB & 3;
      core.registers.update(IOTLB + 4, IVT | 3 << 25, done << 25);
    }
  }

  /** GSTS as software will see it when what is due is done. */
  private int status() {
    int status = core.registers.get(GSTS);
    boolean due = (core.latches.get(COMPLETIONS_DUE) & DUE_TE) != 0;
    return due ? status & ~TE | (core.latches.is(TRANSLATION_ENABLED) ? TE : 0) : status;
  }

  /** GCMD was written. */
  void global() {
    int command = core.registers.get(GCMD);
    int changed = status() ^ command;
    if ((changed & TE) != 0 && core.capabilities.dmaTranslation()) {
      enableTranslation((command & TE) != 0);
    }
    if ((command & SRTP) != 0) {
      setRootPointer();
    }
    if ((changed & QIE) != 0) {
      queue.enable((command & QIE) != 0);
    }
    if ((command & SIRTP) != 0) {
      setRemappingPointer();
    }
    if ((changed & IRE) != 0 && core.capabilities.interruptRemapping()) {
      core.latches.set(REMAPPING_ENABLED, (command & IRE) != 0);
      core.registers.update(GSTS, IRE, command & IRE);
    }
    if ((changed & CFI) != 0 && !core.has(Quirk.COMPATIBILITY_INTERRUPTS_PASS)) {
      core.registers.update(GSTS, CFI, command & CFI);
    }
  }

  private void enableTranslation(boolean on) {
    core.latches.set(TRANSLATION_ENABLED, on);
    if (!on) {
      core.latches.set(NEXT_FAULT_RECORD, 0);
    }
    invalidator.startOver();
    complete(DUE_TE);
  }

  private void setRootPointer() {
    long pointer = core.registers.getQuad(RTADDR);
    core.latches.set(ROOT_TABLE, pointer & core.addressMask & ~0xFFFL);
    boolean scalable = core.capabilities.scalableMode() && (pointer & RTADDR_SCALABLE) != 0;
    core.latches.set(SCALABLE_MODE, scalable);
    invalidator.startOver();
    complete(DUE_RTPS);
  }

  private void setRemappingPointer() {
    long pointer = core.registers.getQuad(IRTA);
    core.latches.set(REMAPPING_TABLE, pointer & core.addressMask & ~0xFFFL);
    core.latches.set(REMAPPING_ENTRIES, 2L << (pointer & 0xF));
    core.latches.set(REMAPPING_EXTENDED, (pointer & 1 << 11) != 0);
    core.emit(new Fact.InterruptEntriesInvalidated(true, 0, 0));
    core.registers.update(GSTS, 0, SIRTP);
  }

  // ---- register-based invalidation ----

  private boolean isRefused() {
    return core.latches.is(QUEUE_ENABLED) && core.has(Quirk.REGISTER_INVALIDATION_HANGS);
  }

  /** CCMD's upper half was written. */
  void context() {
    int upper = core.registers.get(CCMD + 4);
    if ((upper & ICC) == 0 || isRefused()) {
      return;
    }
    int actual = core.latches.is(QUEUE_ENABLED) ? 0 : invalidateContexts(upper >>> 29 & 3, upper);
    complete(DUE_CONTEXT | actual << CONTEXT_GRANULARITY_LSB);
  }

  /** Returns the granularity that was done, 0: none. */
  private int invalidateContexts(int granularity, int upper) {
    int lower = core.registers.get(CCMD);
    switch (granularity) {
      case 1 -> invalidator.contextsGlobal();
      case 2 -> {
        invalidator.contextsOfDomain(lower & 0xFFFF);
        return core.has(Quirk.CONTEXT_DOMAIN_IS_GLOBAL) ? 1 : 2;
      }
      case 3 -> invalidator.contextsOfFunctions(lower >>> 16, upper & 3);
      default -> {
        return 0;
      }
    }
    return granularity;
  }

  /** IOTLB's upper half was written. */
  void iotlb() {
    int upper = core.registers.get(IOTLB + 4);
    if ((upper & IVT) == 0 || isRefused()) {
      return;
    }
    int actual = core.latches.is(QUEUE_ENABLED) ? 0 : invalidateIotlb(upper);
    complete(DUE_IOTLB | actual << IOTLB_GRANULARITY_LSB);
  }

  private int invalidateIotlb(int upper) {
    int granularity = upper >>> 28 & 3;
    int domainId = upper & 0xFFFF;
    switch (granularity) {
      case 1 -> invalidator.iotlbGlobal();
      case 2 -> invalidator.iotlbDomain(domainId);
      case 3 -> {
        long address = core.registers.getQuad(IVA);
        int mask = (int) address & 0x3F;
        if (mask > MAX_ADDRESS_MASK) {
          return 0;
        }
        invalidator.iotlbPages(domainId, address & ~0xFFFL, mask);
      }
      default -> {
        return 0;
      }
    }
    return granularity;
  }
}
