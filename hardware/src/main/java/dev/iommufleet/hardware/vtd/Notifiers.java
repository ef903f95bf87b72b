package dev.iommufleet.hardware.vtd;

/** Bits of {@link Operation.AddNotifier}: what a listener wants to hear. */
final class Notifiers {
  static final int UNMAP = 1;
  static final int MAP = 2;
  static final int DEVICE_TLB_UNMAP = 4;

  private Notifiers() {}
}
