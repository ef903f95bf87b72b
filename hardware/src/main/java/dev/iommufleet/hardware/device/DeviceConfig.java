package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.link.HostInfo;
import java.util.ArrayList;
import java.util.List;

/**
 * What a device is; fixed when it is created.
 *
 * @param name as in entity ids
 * @param host what a passed-through device is bound to; null for an emulated one
 * @param siblings other functions of its host group; they are opened and closed with it
 */
public record DeviceConfig(
    String name, Kind kind, PciCapabilities pci, HostInfo host, int siblings) {
  private static final int MOST_PASID_BITS = 20;

  /** Alone in its group. */
  public DeviceConfig(String name, Kind kind, PciCapabilities pci, HostInfo host) {
    this(name, kind, pci, host, 0);
  }

  /** How a device's DMA goes. The number is the value's name in journals and never changes. */
  public enum Kind {
    /** DMA, ATS and page requests go through the guest's IOMMU. */
    EMULATED(1),
    /** DMA goes through the host's tables. */
    PASSTHROUGH(2);

    private final int number;

    Kind(int number) {
      this.number = number;
    }

    public int number() {
      return number;
    }
  }

  /**
   * The PCI capabilities that an IOMMU matters to. [PRI-5]
   *
   * @param pasidWidth bits, 0: no PASID capability
   * @param outstanding page requests that may be unanswered at once, 0: no PRI capability
   * @param responsePasid page-group responses need a PASID when the request had one
   */
  public record PciCapabilities(
      boolean ats,
      int pasidWidth,
      boolean pasidExecute,
      boolean pasidPrivileged,
      int outstanding,
      boolean responsePasid) {
    public static final PciCapabilities NONE =
        new PciCapabilities(false, 0, false, false, 0, false);

    public boolean pasid() {
      return pasidWidth > 0;
    }

    public boolean pri() {
      return outstanding > 0;
    }
  }

  public boolean passthrough() {
    return kind == Kind.PASSTHROUGH;
  }

  /** Whether the host's kernel takes page requests of the function. [PRI-8] */
  boolean faults() {
    return passthrough() && host.pageRequests() && pci.pri() && pci.responsePasid();
  }

  /** What contradicts itself or leaves what the model has; empty: nothing. */
  public List<String> conflicts() {
    var conflicts = new ArrayList<String>();
    if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
      conflicts.add("name '" + name + "'; 1 to 64 of A-Z a-z 0-9 . _ - are possible");
    }
    if (passthrough() != (host != null)) {
      conflicts.add("a passed-through device has a host, an emulated one has none");
    }
    if (host != null && !isPasidWidth(host.pasidWidth())) {
      conflicts.add("host PASID width " + host.pasidWidth() + "; 0 to 20 are possible");
    }
    int most = passthrough() ? DeviceLimits.MOST_SIBLINGS : 0;
    if (siblings < 0 || siblings > most) {
      conflicts.add("siblings " + siblings + "; 0 to " + most + " are possible");
    }
    if (!isPasidWidth(pci.pasidWidth())) {
      conflicts.add("PASID width " + pci.pasidWidth() + "; 0 to 20 are possible");
    }
    if (pci.outstanding() < 0 || pci.outstanding() > DeviceLimits.MOST_REQUESTS) {
      conflicts.add(
          "outstanding page requests "
              + pci.outstanding()
              + "; 0 to "
              + DeviceLimits.MOST_REQUESTS
              + " are possible");
    }
    if (pci.pri() && !pci.ats()) {
      conflicts.add("page requests need ATS");
    }
    return List.copyOf(conflicts);
  }

  private static boolean isPasidWidth(int bits) {
    return bits >= 0 && bits <= MOST_PASID_BITS;
  }
}
