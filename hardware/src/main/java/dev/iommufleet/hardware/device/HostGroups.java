package dev.iommufleet.hardware.device;

import java.util.List;

/**
 * Devices of the kernel that cannot be told apart: a group has one object for a PASID. [HOST-8.7]
 */
final class HostGroups {
  private final Iommufd kernel;

  HostGroups(Iommufd kernel) {
    this.kernel = kernel;
  }

  /** The open devices of the group, this one too, ascending. */
  List<HostedDevice> members(HostedDevice device) {
    return kernel.devices().stream()
        .map(kernel::device)
        .filter(other -> other.group == device.group)
        .toList();
  }

  /** What is attached for a PASID to a device of the group; null: nothing. */
  Integer attached(HostedDevice device, int pasid) {
    for (HostedDevice member : members(device)) {
      Integer object = member.attachments.get(pasid);
      if (object != null) {
        return object;
      }
    }
    return null;
  }

  /** Whether a PASID, other than the RID, is attached to a device of the group. */
  boolean usesPasids(HostedDevice device) {
    return members(device).stream()
        .flatMap(member -> member.attachments.keySet().stream())
        .anyMatch(pasid -> pasid != HostCall.RID);
  }

  /** Devices whose attachment an attaching call sets: replacing moves the whole group. */
  List<Integer> moved(HostCall.Attach call) {
    HostedDevice device = kernel.device(call.deviceId());
    Integer before = device.attachments.get(call.pasid());
    if (before == null) {
      return List.of(call.deviceId());
    }
    return before == call.object()
        ? List.of()
        : members(device).stream()
            .filter(member -> member.attachments.containsKey(call.pasid()))
            .map(member -> member.id)
            .toList();
  }
}
