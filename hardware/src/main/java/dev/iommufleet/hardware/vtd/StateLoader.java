package dev.iommufleet.hardware.vtd;

import static dev.iommufleet.hardware.vtd.Latch.QUEUE_WIDE;
import static dev.iommufleet.hardware.vtd.Latch.SCALABLE_MODE;

/** A state that was saved elsewhere becomes this unit's. [PT-7] */
final class StateLoader {
  private static final long SCALABLE_ROOT = 1 << 10; // RTADDR
  private static final long WIDE = 1 << 11; // IQA
  private static final int MOST_QUEUE_ENTRIES = 1 << 15;

  private final Core core;
  private final Selector selector;
  private final Invalidator invalidator;

  StateLoader(Core core, Selector selector, Invalidator invalidator) {
    this.core = core;
    this.selector = selector;
    this.invalidator = invalidator;
  }

  /** What is wrong with a saved state; null: nothing. */
  static String wrong(Operation.LoadState state) {
    if (state.registers().length != Registers.BYTES / 4) {
      return "%d register words; %d are possible"
          .formatted(state.registers().length, Registers.BYTES / 4);
    }
    for (Fact.LatchChanged latch : state.latches()) {
      long most =
          switch (latch.latch()) {
            case QUEUE_ENTRIES, QUEUE_HEAD, QUEUE_TAIL -> MOST_QUEUE_ENTRIES;
            case REMAPPING_ENTRIES -> 1 << 16;
            case LAST_DESCRIPTOR_TYPE -> 9;
            case TRANSLATION_ENABLED, QUEUE_ENABLED, REMAPPING_ENABLED, REMAPPING_EXTENDED -> 1;
            case NEXT_FAULT_RECORD, QUEUE_UNFINISHED, COMPLETIONS_DUE -> 0;
            case ROOT_TABLE, SCALABLE_MODE, QUEUE_BASE, QUEUE_WIDE, REMAPPING_TABLE -> -1L;
          };
      if (Long.compareUnsigned(latch.value(), most) > 0) {
        return "%s is %d; 0 to %d are possible".formatted(latch.latch(), latch.value(), most);
      }
    }
    return null;
  }

  Reply load(Operation.LoadState state) {
    for (int word = 0; word < state.registers().length; word++) {
      core.registers.set(word * 4, state.registers()[word]);
    }
    core.latches.reset();
    for (Fact.LatchChanged latch : state.latches()) {
      core.latches.set(latch.latch(), latch.value());
    }
    boolean offered = core.capabilities.scalableMode();
    long root = core.registers.getQuad(Registers.RTADDR);
    long queue = core.registers.getQuad(Registers.IQA);
    core.latches.set(SCALABLE_MODE, offered && (root & SCALABLE_ROOT) != 0);
    core.latches.set(QUEUE_WIDE, offered && (queue & WIDE) != 0);
    if (core.iotlb.size() > 0 || core.spaces.contextHash() != 0) {
      invalidator.emptyCaches();
    }
    selector.selectAll();
    invalidator.pasids(Fact.PasidScope.GLOBAL, 0, 0);
    return new Reply.Done(BusStatus.OK);
  }
}
