package dev.iommufleet.actors;

/**
 * How entities speak to each other on this node.
 *
 * @param invalidationTimeoutMillis a device-TLB invalidation that a device was told to withhold
 *     fails after so long, unless its IOMMU was created with another time-out
 * @param pollMillis what paused in a device goes on after so long
 */
public record LinkSettings(Resending resending, int invalidationTimeoutMillis, int pollMillis) {
  public static final LinkSettings DEFAULT =
      new LinkSettings(new Resending(200, 5_000), 10_000, 20);
}
