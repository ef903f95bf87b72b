package dev.iommufleet.simulation.locks;

import dev.iommufleet.simulation.Step;
import dev.iommufleet.simulation.locks.Shared.Of;
import java.util.ArrayList;
import java.util.List;

/** The guest's tables as far as they decide what is bound and what a DMA finds. */
final class Tables {
  private static final int PASS_THROUGH = 4;
  private static final int SERVED = 255;
  private static final int IDENTITY = 254;

  private final Shared shared;
  private final List<Step.Entry> entries = new ArrayList<>();
  private final List<Step.Leaf> leaves = new ArrayList<>();

  Tables(Shared shared) {
    this.shared = shared;
  }

  /** The same for equal entries; 0: not present. */
  int number(Step.Entry entry) {
    return entry.type() == 0 ? 0 : number(entries, entry);
  }

  /** The same for equal mappings; 0: not present. */
  int number(Step.Leaf leaf) {
    return leaf.target() == 0 ? 0 : number(leaves, leaf);
  }

  private static <T> int number(List<T> known, T one) {
    if (!known.contains(one)) {
      known.add(one);
    }
    return 1 + known.indexOf(one);
  }

  /** Number of the entry that a function's PASID leads to; 0: none. */
  int entry(Machine machine, int device, int pasid) {
    int context = machine.get(shared.of(Of.CONTEXT, device));
    return context == 0 || machine.get(shared.translating) == 0
        ? 0
        : machine.get(shared.entry(context - 1, Math.max(pasid, 0)));
  }

  boolean passesThrough(Machine machine, int device, int pasid) {
    int entry = entry(machine, device, pasid);
    return entry != 0 && entries.get(entry - 1).type() == PASS_THROUGH;
  }

  /** What a walk finds: the same for equal translations; 0: nothing. */
  int translation(Machine machine, int device, int pasid, int page) {
    int entry = entry(machine, device, pasid);
    if (entry == 0) {
      return 0;
    }
    Step.Entry found = entries.get(entry - 1);
    return found.type() == PASS_THROUGH
        ? IDENTITY
        : machine.get(shared.mapping(found.space(), page));
  }

  /** Software makes a page present that was asked for. */
  void serve(Machine machine, Shared.Request request) {
    int entry = entry(machine, request.device(), request.pasid());
    if (entry != 0) {
      int space = entries.get(entry - 1).space();
      machine.set(shared.mapping(space, request.page()), SERVED);
    }
  }

  boolean isBound(Machine machine, int device) {
    for (int pasid = 0; pasid < Shared.PASIDS; pasid++) {
      if (machine.get(shared.bound(device, pasid)) != entry(machine, device, pasid)) {
        return false;
      }
    }
    return true;
  }

  void bind(Machine machine, int device) {
    for (int pasid = 0; pasid < Shared.PASIDS; pasid++) {
      machine.set(shared.bound(device, pasid), entry(machine, device, pasid));
    }
  }
}
