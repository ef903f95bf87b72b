package dev.iommufleet.simulation;

import dev.iommufleet.hardware.device.DeviceConfig;
import dev.iommufleet.hardware.device.DeviceConfig.Kind;
import dev.iommufleet.hardware.device.DeviceConfig.PciCapabilities;
import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.hardware.device.HostDevice;
import dev.iommufleet.hardware.link.HostInfo;
import dev.iommufleet.hardware.vtd.Capabilities;
import dev.iommufleet.simulation.Scenario.DeviceSpec;

/** The machines that scenarios are made of. */
final class Machines {
  /** Name of the IOMMU. */
  static final String IOMMU = "iommu";

  static final int SPACES = 3;
  static final int PASIDS = 4;
  private static final int PASID_BITS = 8;

  /** First stage, PASIDs, page requests, device TLB. */
  static final Capabilities CAPABILITIES =
      new Capabilities(
          48, true, true, true, false, PASID_BITS, true, false, true, true, true, true, false);

  private static final HostInfo HOST =
      new HostInfo(
          HostInfo.Provider.IOMMUFD,
          48,
          HostInfo.INTEL_VTD,
          0x19ED_008C_4078_0C66L,
          0x899C_A400_0F5EL,
          PASID_BITS,
          false);

  private Machines() {}

  static DeviceConfig device(DeviceSpec spec) {
    var pci = new PciCapabilities(true, PASID_BITS, false, false, spec.outstanding(), true);
    return spec.passthrough()
        ? new DeviceConfig(spec.name(), Kind.PASSTHROUGH, pci, HOST)
        : new DeviceConfig(spec.name(), Kind.EMULATED, pci, null);
  }

  /** Whether it goes depends on what came before it. */
  static boolean mayRefuse(DeviceOperation operation) {
    return operation instanceof DeviceOperation.Attach
        || operation instanceof DeviceOperation.Detach
        || operation instanceof DeviceOperation.Remove;
  }

  static HostDevice fork(HostDevice device) {
    var fork = new HostDevice(device.config());
    device.describe(fork::apply);
    device.describeSoft(fork::apply);
    return fork;
  }

  static int find(Scenario scenario, int sourceId) {
    for (int i = 0; i < scenario.devices().size(); i++) {
      if (scenario.devices().get(i).sourceId() == sourceId) {
        return i;
      }
    }
    throw new IllegalStateException("no device has source id %04x".formatted(sourceId));
  }
}
