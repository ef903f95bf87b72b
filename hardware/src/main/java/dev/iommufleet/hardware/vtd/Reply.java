package dev.iommufleet.hardware.vtd;

import java.util.List;

/** The answer to one {@link Operation}. */
public sealed interface Reply {

  /** Zero-extended to 64 bits. */
  record RegisterValue(BusStatus status, long value) implements Reply {}

  /** For operations that answer with nothing but how the bus ended them. */
  record Done(BusStatus status) implements Reply {}

  record MemoryBytes(BusStatus status, byte[] bytes) implements Reply {}

  /**
   * {@code iova} and {@code address} are aligned to the page; {@code mask} is inclusive (FFF = 4
   * KiB). When {@code ok} is false both are 0 and {@code mask} tells how far the walk came.
   *
   * @param faultReason VT-d fault reason, 0 when there is none
   */
  record Translation(
      boolean ok,
      Source source,
      boolean contextCacheHit,
      long iova,
      long address,
      long mask,
      int permissions,
      int faultReason)
      implements Reply {}

  /** Where a translation came from. */
  enum Source {
    IOTLB,
    WALK,
    PASS_THROUGH,
    DISABLED
  }

  /** {@code data}: what a read returned, empty for a write. */
  record DmaDone(BusStatus status, byte[] data) implements Reply {}

  /** {@code address} and {@code data}: the message after remapping, when {@code ok}. */
  record RemappedInterrupt(boolean ok, long address, int data, int faultReason) implements Reply {}

  record AtsTranslations(Status status, int errorCount, List<AtsEntry> entries) implements Reply {}

  record AtsEntry(long iova, long address, long mask, int permissions) {}

  record PageRequestAnswer(Status status) implements Reply {}

  /** {@code wanted} and {@code offered}: the numbers that do not fit, 0 where there are none. */
  record DeviceAttached(AttachOutcome outcome, int wanted, int offered) implements Reply {}

  /** {@code bindings}: PASIDs that were bound. */
  record DeviceDetached(boolean wasAttached, int bindings) implements Reply {}

  record NotifierAdded(Status status) implements Reply {}

  /** Outcomes that the kernel interface names with an errno. */
  enum Status {
    OK(0),
    NOT_PERMITTED(-1),
    IO_ERROR(-5),
    NO_MEMORY(-12),
    INVALID(-22),
    NO_SPACE(-28),
    NOT_SUPPORTED(-95);

    private final int errno;

    Status(int errno) {
      this.errno = errno;
    }

    /** 0 or the negated errno. */
    public int errno() {
      return errno;
    }
  }
}
