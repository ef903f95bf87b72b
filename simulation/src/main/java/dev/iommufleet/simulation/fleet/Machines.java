package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.device.DeviceConfig;
import dev.iommufleet.hardware.device.DeviceConfig.Kind;
import dev.iommufleet.hardware.device.DeviceConfig.PciCapabilities;
import dev.iommufleet.hardware.link.HostInfo;
import dev.iommufleet.hardware.vtd.Capabilities;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Profile;

/** What the fleet is made of. */
final class Machines {
  static final int PASIDS = 4;

  /** Page requests that a device may have outstanding. */
  static final int OUTSTANDING = 64;

  private static final int PASID_BITS = 8;

  private static final Capabilities CAPABILITIES =
      new Capabilities(
          48, true, true, true, false, PASID_BITS, true, false, true, true, true, true, false);

  static final IommuConfig IOMMU = IommuConfig.of(Profile.ARCHITECTURE, CAPABILITIES);

  private static final HostInfo HOST =
      new HostInfo(
          HostInfo.Provider.IOMMUFD,
          48,
          HostInfo.INTEL_VTD,
          0x19ED_008C_4078_0C66L,
          0x899C_8400_0F5EL,
          PASID_BITS,
          false);

  private Machines() {}

  static DeviceConfig device(FleetConfig config, int entity) {
    var pci = new PciCapabilities(true, PASID_BITS, false, false, OUTSTANDING, true);
    return config.isPassthrough(entity)
        ? new DeviceConfig(config.name(entity), Kind.PASSTHROUGH, pci, HOST)
        : new DeviceConfig(config.name(entity), Kind.EMULATED, pci, null);
  }
}
