package dev.iommufleet.hardware.vtd;

/**
 * Chooses where the DMA of an address space goes: through translation or past it. The architecture
 * has no such choice, it asks the structures at each request; so this works only under its quirk.
 * [TRN-1.1]
 */
final class Selector {
  private final Core core;
  private final Tables tables;
  private final Bindings bindings;
  private final long[] context = new long[4];

  Selector(Core core, Tables tables, Bindings bindings) {
    this.core = core;
    this.tables = tables;
    this.bindings = bindings;
  }

  void selectAll() {
    for (AddressSpace space : core.spaces.all()) {
      select(space);
    }
  }

  void select(AddressSpace space) {
    if (!core.has(Quirk.PASS_THROUGH_NOT_REVOKED)) {
      return;
    }
    boolean passThrough = isPassThrough(space);
    boolean translated = core.translating() && !passThrough && !bindings.takesOver(space.sourceId);
    boolean windowFaults = passThrough && space.pasid != 0;
    if (core.tracing()) {
      core.emit(
          new Fact.AddressSpaceSelected(
              space.sourceId, space.pasid, translated, passThrough, windowFaults));
    }
    if (!space.isSelected(translated, passThrough, windowFaults)) {
      space.select(translated, passThrough, windowFaults);
      core.emit(
          new Fact.AddressSpaceSwitched(
              space.sourceId, space.pasid, translated, passThrough, windowFaults));
    }
  }

  /** Finds the address space, or adds it as a function that appears on the bus does. */
  AddressSpace space(int sourceId, int pasid) {
    AddressSpace space = core.spaces.find(sourceId, pasid);
    if (space == null) {
      space = core.spaces.add(sourceId, pasid);
      core.emit(new Fact.AddressSpaceAdded(sourceId, pasid));
      select(space);
    }
    return space;
  }

  private boolean isPassThrough(AddressSpace space) {
    return core.translating()
        && tables.context(space.sourceId, context) == Fault.NONE
        && tables.isPassThrough(context, space.pasid);
  }
}
