package dev.iommufleet.hardware.vtd;

/** How the bus ended an access. */
public enum BusStatus {
  OK,
  /** The target refused the access. */
  ERROR,
  /** Nothing answers at the address, or the access has a shape that the target does not decode. */
  DECODE_ERROR,
  /** A longer access was split, and its parts ended both ways. */
  ERROR_AND_DECODE_ERROR
}
