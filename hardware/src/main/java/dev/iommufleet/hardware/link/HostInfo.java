package dev.iommufleet.hardware.link;

/**
 * What a passthrough device says of the host that it is bound to. [PT-2] [PT-8]
 *
 * @param addressWidth bits that the host's IOMMU translates; {@link #UNKNOWN_WIDTH}: the query
 *     fails
 * @param hardwareType 1: Intel VT-d
 * @param cap the host's capability register
 * @param ecap the host's extended capability register
 * @param pasidWidth bits of a PASID that the device may use with the host, 0: none
 * @param behindAlias behind a bridge that replaces the requester id
 */
public record HostInfo(
    Provider provider,
    int addressWidth,
    int hardwareType,
    long cap,
    long ecap,
    int pasidWidth,
    boolean behindAlias) {
  public static final int UNKNOWN_WIDTH = 0;
  public static final int INTEL_VTD = 1;

  /** What stands between the device and the host's IOMMU. */
  public enum Provider {
    IOMMUFD,
    /** An older interface, without page-table objects. */
    LEGACY,
    /** Cannot be asked for capabilities. */
    MUTE
  }

  /** CAP.FS1GP. */
  public boolean firstStage1GiB() {
    return (cap >>> 56 & 1) != 0;
  }

  /** ECAP.PRS. */
  public boolean pageRequests() {
    return (ecap >>> 29 & 1) != 0;
  }

  /** ECAP.PSS + 1: bits of a PASID that the host's IOMMU supports. */
  public int hardwarePasidBits() {
    return (int) (ecap >>> 35 & 0x1F) + 1;
  }
}
