package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.link.HostInfo;
import java.util.Map;
import java.util.TreeMap;

/** A device that is open in the kernel, with what is attached to it. */
final class HostedDevice {
  final int id;
  final HostInfo info;
  final int defaultObject;

  /** Devices that cannot be told apart have the same. */
  final int group;

  /** Object ids by PASID. */
  final Map<Integer, Integer> attachments = new TreeMap<>();

  /** How many devices were open under this id before. */
  private final int rank;

  HostedDevice(int id, int rank, HostInfo info, int defaultObject, int group) {
    this.id = id;
    this.rank = rank;
    this.info = info;
    this.defaultObject = defaultObject;
    this.group = group;
  }

  /** Tells this device from others that are open. */
  long key() {
    return (long) rank << 32 | id;
  }
}
