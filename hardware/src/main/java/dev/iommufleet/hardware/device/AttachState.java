package dev.iommufleet.hardware.device;

/** Where an attachment stands. The number is the value's name in journals and never changes. */
public enum AttachState {
  DETACHED(1),
  /** The IOMMU was asked and has not answered. */
  ATTACHING(2),
  ATTACHED(3),
  /** The IOMMU was asked to let the device go. */
  DETACHING(4);

  private final int number;

  AttachState(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }
}
