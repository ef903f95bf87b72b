package dev.iommufleet.hardware.device;

/** The errors of the kernel interface that this model gives. [HOST-8] */
public enum Errno {
  NOT_PERMITTED(1),
  NOT_FOUND(2),
  IO_ERROR(5),
  BAD_DESCRIPTOR(9),
  NO_MEMORY(12),
  BAD_ADDRESS(14),
  BUSY(16),
  NO_DEVICE(19),
  INVALID(22),
  NO_SPACE(28),
  BAD_POSITION(29),
  NOT_SUPPORTED(95);

  private final int number;

  Errno(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }

  /** As calls return it. */
  public int negated() {
    return -number;
  }
}
