package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.link.HostInfo;
import dev.iommufleet.hardware.link.HostInfo.Provider;

/** Whether the host behind a passthrough device carries what the guest is offered. [PT-2] */
final class Compatibility {
  private final Core core;

  Compatibility(Core core) {
    this.core = core;
  }

  /** {@code host} null: an emulated device, which has no host to fit. */
  Reply.DeviceAttached check(int sourceId, HostInfo host) {
    var offered = core.capabilities;
    if (host != null && !offered.cachingMode()) {
      return refused(AttachOutcome.CACHING_MODE_OFF);
    }
    if (core.devices.find(sourceId) != null) {
      return refused(AttachOutcome.ALREADY_ATTACHED);
    }
    if (core.devices.count() == Devices.MOST_DEVICES) {
      return new Reply.DeviceAttached(
          AttachOutcome.TOO_MANY, core.devices.count() + 1, Devices.MOST_DEVICES);
    }
    return host == null ? refused(AttachOutcome.ACCEPTED) : host(host);
  }

  private Reply.DeviceAttached host(HostInfo host) {
    var offered = core.capabilities;
    if (host.provider() == Provider.MUTE) {
      return refused(AttachOutcome.NO_CAPABILITY_QUERY);
    }
    if (host.addressWidth() == HostInfo.UNKNOWN_WIDTH) {
      return refused(AttachOutcome.WIDTH_UNKNOWN);
    }
    if (offered.addressWidth() > host.addressWidth()) {
      return new Reply.DeviceAttached(
          AttachOutcome.WIDTH_EXCEEDED, offered.addressWidth(), host.addressWidth());
    }
    return offered.firstStage() ? firstStage(host) : refused(AttachOutcome.ACCEPTED);
  }

  private Reply.DeviceAttached firstStage(HostInfo host) {
    var offered = core.capabilities;
    if (host.provider() != Provider.IOMMUFD) {
      return refused(AttachOutcome.NEEDS_IOMMUFD);
    }
    if (host.hardwareType() != HostInfo.INTEL_VTD) {
      return new Reply.DeviceAttached(
          AttachOutcome.OTHER_HARDWARE, HostInfo.INTEL_VTD, host.hardwareType());
    }
    if (offered.firstStage1GiB() && !host.firstStage1GiB()) {
      return refused(AttachOutcome.FIRST_STAGE_1GIB_MISSING);
    }
    if (host.pasidWidth() != 0 && offered.pasidBits() > host.hardwarePasidBits()) {
      return new Reply.DeviceAttached(
          AttachOutcome.PASID_WIDTH_EXCEEDED, offered.pasidBits(), host.hardwarePasidBits());
    }
    return refused(host.behindAlias() ? AttachOutcome.BEHIND_ALIAS : AttachOutcome.ACCEPTED);
  }

  private static Reply.DeviceAttached refused(AttachOutcome outcome) {
    return new Reply.DeviceAttached(outcome, 0, 0);
  }
}
