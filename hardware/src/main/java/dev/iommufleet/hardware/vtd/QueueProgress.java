package dev.iommufleet.hardware.vtd;

/** How far the invalidation queue came. */
public enum QueueProgress {
  /** Nothing to do: empty, disabled, or stopped by an error. */
  IDLE,
  /** A turn's share of work is done and there is more: {@link Operation.Continue} goes on. */
  MORE,
  /**
   * A wait, or a device-TLB invalidation that its function has no room for, is open until functions
   * have answered.
   */
  PARKED
}
