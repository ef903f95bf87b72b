package dev.iommufleet.load.guest;

import java.util.Locale;

/** What a guest does once it runs. */
public enum Behaviour {
  /** Boots and is idle. */
  BOOT_STORM("boots, with devices, PASID tables and first mappings, and is idle then"),
  /** Maps and unmaps; each unmap waits for its invalidation. */
  STEADY_STRICT("maps, lets devices access, unmaps and flushes at once"),
  /** Maps and unmaps; invalidations are put off and done for many at once. */
  STEADY_LAZY("maps, lets devices access, unmaps, and flushes many unmaps at once"),
  /** Processes are bound to PASIDs, devices ask for their pages. */
  SVA_STORM("binds PASIDs, takes and answers page requests, unmaps and unbinds"),
  /** Host devices come and go. */
  HOTPLUG_CHURN("host devices are plugged in, used and pulled out in an orderly way"),
  /** Everything is torn down, the IOMMU deleted, and another one booted. */
  TEARDOWN_STORM("tears everything down, is deleted, and begins anew"),
  /** A recorded capture, over and over. */
  REPLAY("does what a capture of the reference emulator recorded");

  private final String summary;

  Behaviour(String summary) {
    this.summary = summary;
  }

  /** What it does, in a phrase. */
  public String summary() {
    return summary;
  }

  /** As scenarios call it, as in {@code steady-strict}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether it needs first-stage translation and page requests. */
  public boolean needsPageRequests() {
    return this == SVA_STORM;
  }
}
