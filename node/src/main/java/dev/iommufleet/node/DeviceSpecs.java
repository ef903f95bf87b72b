package dev.iommufleet.node;

import dev.iommufleet.actors.RefusedException;
import dev.iommufleet.protocol.api.v1.DeviceSpec;
import dev.iommufleet.protocol.api.v1.HostDeviceConfig;
import dev.iommufleet.protocol.api.v1.HostDeviceKind;
import dev.iommufleet.protocol.api.v1.HostInfo;
import dev.iommufleet.protocol.api.v1.HostProvider;
import dev.iommufleet.protocol.api.v1.HostSpec;
import dev.iommufleet.protocol.api.v1.PciCapabilities;
import dev.iommufleet.protocol.api.v1.RefusalCode;

/** What a device is, out of what was said of it. */
final class DeviceSpecs {
  private static final int PASID_BITS = 20;
  private static final int OUTSTANDING = 32;
  private static final int ADDRESS_BITS = 48;
  private static final int INTEL_VTD = 1;

  /** FS1GP; MGAW 48 bits; SAGAW 4 levels; ND 16 bits. */
  private static final long CAP = 1L << 56 | 47L << 16 | 1L << 10 | 6;

  /** FSTS, SSTS, SMTS, PASID; PSS 20 bits; PRS, NEST, DT, QI, C. */
  private static final long ECAP =
      1L << 47 | 1L << 46 | 1L << 43 | 1L << 40 | 19L << 35 | 1L << 29 | 1L << 26 | 7;

  private DeviceSpecs() {}

  /**
   * The configuration without a name.
   *
   * @throws RefusedException CONFIG_CONFLICT
   */
  static HostDeviceConfig config(DeviceSpec spec) {
    // By number: one that this version does not know is refused where it is read.
    int kind =
        spec.getKindValue() == 0
            ? HostDeviceKind.HOST_DEVICE_KIND_EMULATED_VALUE
            : spec.getKindValue();
    var config = HostDeviceConfig.newBuilder().setKindValue(kind).setPci(pci(spec));
    if (kind == HostDeviceKind.HOST_DEVICE_KIND_PASSTHROUGH_VALUE) {
      config.setHost(host(spec.getHost())).setSiblings(spec.getHost().getSiblings());
    } else if (spec.hasHost()) {
      throw new RefusedException(
          RefusalCode.REFUSAL_CODE_CONFIG_CONFLICT,
          "an emulated device has no host; leave the host out, or make it a passed-through one");
    }
    return config.build();
  }

  private static PciCapabilities pci(DeviceSpec spec) {
    boolean ats = !spec.hasAts() || spec.getAts();
    int outstanding = ats ? OUTSTANDING : 0;
    if (spec.hasOutstanding()) {
      outstanding = spec.getOutstanding();
    }
    return PciCapabilities.newBuilder()
        .setAts(ats)
        .setPasidWidth(spec.hasPasidWidth() ? spec.getPasidWidth() : PASID_BITS)
        .setPasidExecute(spec.getPasidExecute())
        .setPasidPrivileged(spec.getPasidPrivileged())
        .setOutstanding(outstanding)
        .setResponsePasid(spec.hasResponsePasid() ? spec.getResponsePasid() : outstanding != 0)
        .build();
  }

  private static HostInfo host(HostSpec spec) {
    return HostInfo.newBuilder()
        .setProviderValue(
            spec.getProviderValue() == 0
                ? HostProvider.HOST_PROVIDER_IOMMUFD_VALUE
                : spec.getProviderValue())
        .setAddressWidth(spec.hasAddressWidth() ? spec.getAddressWidth() : ADDRESS_BITS)
        .setHardwareType(spec.hasHardwareType() ? spec.getHardwareType() : INTEL_VTD)
        .setCap(spec.hasCap() ? spec.getCap() : CAP)
        .setEcap(spec.hasEcap() ? spec.getEcap() : ECAP)
        .setPasidWidth(spec.hasPasidWidth() ? spec.getPasidWidth() : PASID_BITS)
        .setBehindAlias(spec.getBehindAlias())
        .build();
  }
}
