package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.link.HostInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/** The devices that are attached, ascending by source id. */
final class Devices {
  /** Most devices that one IOMMU takes. */
  static final int MOST_DEVICES = 256;

  /** Most PASIDs that are bound at the devices of one IOMMU. */
  static final int MOST_BINDINGS = 4_096;

  /** With more commands on their way the queue waits. */
  static final int MOST_OUTSTANDING = 4_096;

  private final TreeMap<Integer, Device> bySourceId = new TreeMap<>();

  Device find(int sourceId) {
    return bySourceId.get(sourceId);
  }

  Collection<Device> all() {
    return bySourceId.values();
  }

  int count() {
    return bySourceId.size();
  }

  int bindings() {
    int count = 0;
    for (Device device : bySourceId.values()) {
      count += device.bindings().size();
    }
    return count;
  }

  int outstanding() {
    int count = 0;
    for (Device device : bySourceId.values()) {
      count += device.outstandingCount();
    }
    return count;
  }

  /** Some device has not answered a command. */
  boolean isAnyOpen() {
    for (Device device : bySourceId.values()) {
      if (device.isAnyOpen()) {
        return true;
      }
    }
    return false;
  }

  /** Source ids of devices that owe an answer, ascending. */
  List<Integer> owing() {
    List<Integer> owing = new ArrayList<>();
    for (Device device : bySourceId.values()) {
      if (device.isAnyOpen()) {
        owing.add(device.sourceId);
      }
    }
    return owing;
  }

  long hash() {
    long hash = 0;
    for (Device device : bySourceId.values()) {
      hash += device.hash();
    }
    return hash;
  }

  long softHash() {
    long hash = 0;
    for (Device device : bySourceId.values()) {
      hash += device.softHash();
    }
    return hash;
  }

  void attach(int sourceId, long epoch, HostInfo host) {
    bySourceId.put(sourceId, new Device(sourceId, epoch, host));
  }

  void detach(int sourceId) {
    bySourceId.remove(sourceId);
  }

  void forgetAcknowledged() {
    bySourceId.values().forEach(Device::forgetAcknowledged);
  }
}
