package dev.iommufleet.load.guest;

import dev.iommufleet.hardware.vtd.IommuConfig;

/**
 * What guests of a scenario have in common.
 *
 * @param functions devices of each guest from 00:02.0 on, 1 to 28
 * @param pasids PASIDs that each function gets at boot, 0 to 32; only in first-stage mode
 * @param pages 4 KiB pages that a function has mapped in the mean, 1 to 1,024
 * @param ats whether functions use ATS where the IOMMU has a device TLB
 */
public record GuestShape(
    IommuConfig config, Mode mode, int functions, int pasids, int pages, boolean ats) {
  public static final int MOST_FUNCTIONS = 28;
  public static final int MOST_PASIDS = 32;
  public static final int MOST_PAGES = 1_024;

  /** How DMA is translated. */
  public enum Mode {
    LEGACY,
    SECOND_STAGE,
    FIRST_STAGE
  }

  boolean scalable() {
    return mode != Mode.LEGACY;
  }

  boolean firstStage() {
    return mode == Mode.FIRST_STAGE;
  }

  boolean cachingMode() {
    return config.capabilities().cachingMode();
  }

  boolean usesAts() {
    return ats && config.capabilities().deviceTlb();
  }

  boolean usesPageRequests() {
    return config.capabilities().pageRequests() && usesAts();
  }

  /** Source id of the n-th function. */
  static int sourceId(int function) {
    return 0x10 + 8 * function;
  }
}
