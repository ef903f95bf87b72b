package dev.iommufleet.hardware.vtd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The address spaces of an IOMMU by (source id, PASID), in the order in which they were added. */
final class AddressSpaces {
  private final List<AddressSpace> inOrder = new ArrayList<>(4);
  private AddressSpace[] slots = new AddressSpace[8];
  private AddressSpace last;
  private long generation = 1;
  private long contextHash;

  /** Sum over all spaces; they add to it themselves. */
  long hash;

  List<AddressSpace> all() {
    return inOrder;
  }

  int size() {
    return inOrder.size();
  }

  /** Null when there is none. {@code pasid} 0 also stands for none. */
  AddressSpace find(int sourceId, int pasid) {
    if (last != null && last.sourceId == sourceId && last.pasid == pasid) {
      return last;
    }
    for (int slot = slot(sourceId, pasid); ; slot = slot + 1 & slots.length - 1) {
      AddressSpace space = slots[slot];
      if (space == null) {
        return null;
      }
      if (space.sourceId == sourceId && space.pasid == pasid) {
        last = space;
        return space;
      }
    }
  }

  AddressSpace add(int sourceId, int pasid) {
    var space = new AddressSpace(this, sourceId, pasid);
    inOrder.add(space);
    if (inOrder.size() * 2 > slots.length) {
      var old = slots;
      slots = new AddressSpace[old.length * 2];
      Arrays.stream(old).filter(s -> s != null).forEach(this::place);
    }
    place(space);
    return space;
  }

  private void place(AddressSpace space) {
    int slot = slot(space.sourceId, space.pasid);
    while (slots[slot] != null) {
      slot = slot + 1 & slots.length - 1;
    }
    slots[slot] = space;
  }

  private int slot(int sourceId, int pasid) {
    int hash = (sourceId * 0x9E37 + pasid) * 0x9E37_79B1;
    return hash >>> 12 & slots.length - 1;
  }

  long hash() {
    return hash;
  }

  // ---- context cache ----

  long contextHash() {
    return contextHash;
  }

  long[] context(AddressSpace space) {
    return space.context(generation);
  }

  void cacheContext(AddressSpace space, long[] entry) {
    contextHash += space.cacheContext(entry, generation);
  }

  void dropContext(AddressSpace space) {
    contextHash += space.dropContext(generation);
  }

  void dropContexts() {
    generation++;
    contextHash = 0;
  }
}
