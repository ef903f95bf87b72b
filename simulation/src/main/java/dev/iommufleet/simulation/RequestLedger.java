package dev.iommufleet.simulation;

import dev.iommufleet.hardware.StateHash;
import dev.iommufleet.hardware.device.DeviceFact;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an observer writes down of page requests: who asked, what was taken, which group is open.
 */
final class RequestLedger {
  private static final long TAG_GROUP = 23;
  private static final long TAG_SENT = 25;
  private static final long TAG_DRAIN = 26;

  private final boolean fenced;
  private final Map<Integer, Integer> groups;

  /** By device: numbers of the last page request that it sent, and that the IOMMU took. */
  private final long[] lastSent;

  private final long[] lastTaken;

  /** By wait that drains page requests: what each device had sent before. */
  private final Map<Integer, long[]> drains;

  private String broken;

  /** {@code fenced}: responses reach only who asked. */
  RequestLedger(int devices, boolean fenced) {
    this.fenced = fenced;
    groups = new TreeMap<>();
    lastSent = new long[devices];
    lastTaken = new long[devices];
    drains = new TreeMap<>();
  }

  private RequestLedger(RequestLedger other) {
    fenced = other.fenced;
    groups = new TreeMap<>(other.groups);
    lastSent = other.lastSent.clone();
    lastTaken = other.lastTaken.clone();
    drains = new TreeMap<>(other.drains);
    broken = other.broken;
  }

  RequestLedger fork() {
    return new RequestLedger(this);
  }

  /** Null: nothing is broken. */
  String broken() {
    return broken;
  }

  private void broken(String format, Object... arguments) {
    if (broken == null) {
      broken = format.formatted(arguments);
    }
  }

  // ---- devices ----

  void fact(int device, DeviceFact fact) {
    switch (fact) {
      case DeviceFact.GroupOpened f -> {
        if (groups.merge(device << 9 | f.groupIndex(), 1, Integer::sum) != 1) {
          broken("I3: group %d of device %d is open twice", f.groupIndex(), device);
        }
      }
      case DeviceFact.GroupEnded f -> {
        if (groups.remove(device << 9 | f.groupIndex()) == null) {
          broken("I3: group %d of device %d ended twice", f.groupIndex(), device);
        }
      }
      case DeviceFact.AttachStarted _, DeviceFact.AttachmentOver _ -> lastSent[device] = 0;
      case DeviceFact.PageRequestSent f -> lastSent[device] = f.request().number();
      case DeviceFact.ResponseUnexpected _ when fenced ->
          broken("I3: a response reached device %d, which did not ask", device);
      default -> {}
    }
  }

  // ---- the IOMMU ----

  void attached(int device) {
    lastTaken[device] = 0;
  }

  void taken(int device, long number) {
    if (number <= lastTaken[device]) {
      broken("I3: page request %d of device %d was taken twice", number, device);
    }
    lastTaken[device] = number;
  }

  /** A wait that drains was submitted. */
  void draining(int wait) {
    drains.put(wait, lastSent.clone());
  }

  void completed(int wait) {
    long[] before = drains.getOrDefault(wait, new long[0]);
    for (int device = 0; device < before.length; device++) {
      if (lastTaken[device] < Math.min(before[device], lastSent[device])) {
        broken("late: wait %d drained, a page request of device %d came later", wait, device);
      }
    }
  }

  long hash() {
    long hash = broken == null ? 0 : broken.hashCode();
    for (int device = 0; device < lastSent.length; device++) {
      hash += StateHash.mix(TAG_SENT, device, lastSent[device]);
      hash += StateHash.mix(TAG_SENT, ~device, lastTaken[device]);
    }
    for (var drain : drains.entrySet()) {
      hash += StateHash.mix(TAG_DRAIN, drain.getKey(), Arrays.hashCode(drain.getValue()));
    }
    for (int group : groups.keySet()) {
      hash += StateHash.mix(TAG_GROUP, group, 1);
    }
    return hash;
  }
}
