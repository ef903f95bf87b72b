package dev.iommufleet.load.bench;

import dev.iommufleet.hardware.vtd.Capabilities;

/** How the benchmark's guest lets its IOMMU translate. */
public enum Mode {
  LEGACY(Capabilities.LEGACY),
  FIRST_STAGE(scalable(true)),
  SECOND_STAGE(scalable(false));

  final Capabilities capabilities;

  Mode(Capabilities capabilities) {
    this.capabilities = capabilities;
  }

  boolean scalable() {
    return this != LEGACY;
  }

  private static Capabilities scalable(boolean firstStage) {
    return new Capabilities(
        48, false, true, firstStage, false, 20, false, false, true, false, true, true, false);
  }
}
