package dev.iommufleet.hardware.device;

/** What bounds the state of one device. */
public final class DeviceLimits {
  /** Page requests that may wait for an answer; more are refused. */
  public static final int MOST_REQUESTS = 4_096;

  /** Page-request groups that may be open: the index has 9 bits. */
  public static final int MOST_GROUPS = 512;

  /** DMAs that run at once. */
  public static final int MOST_DMAS = 64;

  /** Bytes of one DMA. */
  public static final int DMA_BYTES = 4_096;

  /** Times that one DMA asks for a page before it gives up. */
  public static final int DMA_ATTEMPTS = 16;

  /** Translations kept; before one more they all go. */
  public static final int MOST_TRANSLATIONS = 1_024;

  /** Results of commands that failed; the oldest goes first. */
  public static final int MOST_RESULTS = 4_096;

  /** Attachments that ended without the IOMMU having noted it. */
  public static final int MOST_LOSSES = 16;

  /** Invalidation completions that are withheld: one for each ITag. */
  public static final int MOST_WITHHELD = 32;

  /** Answers that wait for accesses or page requests. */
  public static final int MOST_DELAYED = 4_096;

  /** Other functions in a passed-through device's group: a slot has 8. */
  public static final int MOST_SIBLINGS = 7;

  private DeviceLimits() {}
}
