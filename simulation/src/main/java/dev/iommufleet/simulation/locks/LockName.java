package dev.iommufleet.simulation.locks;

import java.util.Locale;

/** A lock that a discipline may name. */
enum LockName {
  /** The machine's; whoever has it already goes on with it. */
  GLOBAL("the global lock"),
  /** Each device has one. */
  DEVICE("the lock of %s"),
  /** The IOMMU's; nobody takes it twice. */
  IOMMU("iommu_lock"),
  /** The page-request queue's. */
  QUEUE("the queue's lock");

  private final String text;

  LockName(String text) {
    this.text = text;
  }

  String text(String device) {
    return text.formatted(device);
  }

  static LockName of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
