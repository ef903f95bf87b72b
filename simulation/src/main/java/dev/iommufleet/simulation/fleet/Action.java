package dev.iommufleet.simulation.fleet;

/**
 * What a guest, or somebody at one of its devices, is going to do.
 *
 * @param time microseconds
 * @param number tells the guest's actions apart
 * @param slot of a device at its IOMMU
 * @param pasid 0: requests without PASID
 * @param space an address space of the guest, {@code page} of it
 * @param count how many, or milliseconds
 */
record Action(
    long time,
    int guest,
    int number,
    Kind kind,
    int slot,
    int pasid,
    int space,
    int page,
    int count) {

  /** What is done. */
  enum Kind {
    BOOT,
    ATTACH,
    DETACH,
    /** The device tries to come as the function that its neighbour is, and leaves again. */
    INTRUDE,
    /** Surprise removal. */
    REMOVE,
    BIND,
    UNBIND,
    MAP,
    UNMAP,
    /** Plain DMA; odd {@code count}: a write. */
    DMA,
    DMA_ATS,
    DMA_SVA,
    /** Function-level reset. */
    FLR,
    /** System reset, and boot. */
    RESET,
    /** The device keeps its next invalidation completion to itself. */
    MUTE,
    /** The device gives its next invalidation completion when it is told to. */
    LATE,
    DRAIN,
    /** Many page requests at once. */
    STORM,
    /** The guest does not handle interrupts for a while. */
    DEAF
  }

  /** Whether the guest's driver does it; otherwise somebody else, beside it. */
  boolean isDrivers() {
    return switch (kind) {
      case BOOT, ATTACH, DETACH, INTRUDE, REMOVE, BIND, UNBIND, MAP, UNMAP, FLR, RESET, DRAIN ->
          true;
      case DMA, DMA_ATS, DMA_SVA, MUTE, LATE, STORM, DEAF -> false;
    };
  }
}
