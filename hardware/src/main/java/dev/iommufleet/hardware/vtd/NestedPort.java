package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.vtd.spec.PageTable;

/** Walks that the host's IOMMU makes through the guest's first-stage tables. [PT-9] */
final class NestedPort {
  private static final int CANONICAL_BITS = 48;

  private final Walker walker;

  NestedPort(Walker walker) {
    this.walker = walker;
  }

  Reply.Translation walk(Operation.WalkNested o) {
    var request =
        new Walker.FirstStageRequest(o.table(), o.iova(), CANONICAL_BITS, o.write(), false);
    int fault = walker.firstStage(request);
    long mask = PageTable.offsetMask(Math.max(walker.level, 1));
    if (fault != Fault.NONE) {
      return new Reply.Translation(false, Reply.Source.WALK, false, 0, 0, mask, 0, fault);
    }
    return new Reply.Translation(
        true,
        Reply.Source.WALK,
        false,
        o.iova() & ~mask,
        walker.address(walker.leaf) & ~mask,
        mask,
        walker.writes ? Access.READ | Access.WRITE : Access.READ,
        Fault.NONE);
  }
}
