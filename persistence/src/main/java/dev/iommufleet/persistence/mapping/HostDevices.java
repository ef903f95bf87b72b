package dev.iommufleet.persistence.mapping;

import dev.iommufleet.hardware.device.DeviceConfig;
import dev.iommufleet.protocol.api.v1.HostDeviceConfig;
import dev.iommufleet.protocol.api.v1.PciCapabilities;

/** What a device is to and from its message. */
public final class HostDevices {
  private HostDevices() {}

  public static HostDeviceConfig write(DeviceConfig config) {
    var message =
        HostDeviceConfig.newBuilder()
            .setName(config.name())
            .setKind(DeviceValues.write(config.kind()))
            .setPci(write(config.pci()))
            .setSiblings(config.siblings());
    if (config.host() != null) {
      message.setHost(Links.write(config.host()));
    }
    return message.build();
  }

  /**
   * @throws MalformedException a value that this version does not know, or one wider than its field
   */
  public static DeviceConfig read(HostDeviceConfig message) {
    return new DeviceConfig(
        message.getName(),
        DeviceValues.read(message.getKind()),
        read(message.getPci()),
        message.hasHost() ? Links.read(message.getHost()) : null,
        Fields.count("siblings", message.getSiblings()));
  }

  static PciCapabilities write(DeviceConfig.PciCapabilities it) {
    return PciCapabilities.newBuilder()
        .setAts(it.ats())
        .setPasidWidth(it.pasidWidth())
        .setPasidExecute(it.pasidExecute())
        .setPasidPrivileged(it.pasidPrivileged())
        .setOutstanding(it.outstanding())
        .setResponsePasid(it.responsePasid())
        .build();
  }

  static DeviceConfig.PciCapabilities read(PciCapabilities m) {
    return new DeviceConfig.PciCapabilities(
        m.getAts(),
        Fields.count("pasid width", m.getPasidWidth()),
        m.getPasidExecute(),
        m.getPasidPrivileged(),
        Fields.count("outstanding", m.getOutstanding()),
        m.getResponsePasid());
  }
}
