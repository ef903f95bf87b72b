package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.StateHash;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The kernel's page requests between a device and user space: single ones until their group is
 * whole, then groups that wait in a fault queue, then groups that were read under a cookie and wait
 * for their answer. [HOST-8.5]
 */
final class FaultQueues {
  private static final long TAG_PARTIAL = 56;
  private static final long TAG_GROUP = 57;

  /**
   * @param object what was attached for it when it became whole
   * @param queue that object's
   * @param cookie 0: it was not read yet
   */
  record Group(int object, int queue, int cookie, List<HostFault> faults) {
    private Group read(int newCookie) {
      return new Group(object, queue, newCookie, faults);
    }

    int bytes() {
      return faults.size() * HostCall.ReadFaults.RECORD;
    }

    /** The last one, by which the group is told from others. */
    HostFault last() {
      return faults.getLast();
    }

    private long term(long number) {
      long hash = StateHash.mix(TAG_GROUP, number, (long) object << 32 | cookie);
      for (HostFault fault : faults) {
        hash = StateHash.mix(TAG_GROUP, hash, fault.hash());
      }
      return hash;
    }
  }

  /** By number, in order of arrival. */
  private final TreeMap<Long, HostFault> partial = new TreeMap<>();

  private final TreeMap<Long, Group> groups = new TreeMap<>();
  private int requests;
  private long hash;

  long hash() {
    return hash;
  }

  /** Page requests that were kept and not answered. */
  int requests() {
    return requests;
  }

  boolean isFull() {
    return requests >= Iommufd.MAX_FAULTS;
  }

  Map<Long, HostFault> partial() {
    return new TreeMap<>(partial);
  }

  /** In order of arrival. */
  Map<Long, Group> groups() {
    return new TreeMap<>(groups);
  }

  /** Groups of a queue that were not read, oldest first. */
  List<Group> waiting(int queue) {
    return select(group -> group.queue == queue && group.cookie == 0);
  }

  List<Group> select(Predicate<Group> which) {
    return groups.values().stream().filter(which).toList();
  }

  /** Null: no group of this queue has been read under the cookie, or it was answered. */
  Group read(int queue, int cookie) {
    return cookie == 0
        ? null
        : groups.values().stream()
            .filter(group -> group.queue == queue && group.cookie == cookie)
            .findFirst()
            .orElse(null);
  }

  /** Whether something of this group of the device's is kept. */
  boolean knows(int deviceId, int groupIndex) {
    Predicate<HostFault> same = f -> f.deviceId() == deviceId && f.groupIndex() == groupIndex;
    return partial.values().stream().anyMatch(same)
        || groups.values().stream().anyMatch(group -> same.test(group.last()));
  }

  // ---- changes; null: it goes -----------------------------------------------------------------

  private long nextNumber() {
    long lastPartial = partial.isEmpty() ? 0 : partial.lastKey();
    return Math.max(lastPartial, groups.isEmpty() ? 0 : groups.lastKey()) + 1;
  }

  /** One that is not the last of its group. */
  void keep(HostFault fault) {
    restore(nextNumber(), fault);
  }

  /** The group is whole: it takes what came before under its index, whatever its PASID. */
  void complete(HostFault last, int object, int queue) {
    long number = nextNumber();
    var faults = new ArrayList<HostFault>();
    for (var entry : partial().entrySet()) {
      HostFault before = entry.getValue();
      if (before.deviceId() == last.deviceId() && before.groupIndex() == last.groupIndex()) {
        faults.add(before);
        restore(entry.getKey(), null);
      }
    }
    faults.add(last);
    put(number, new Group(object, queue, 0, List.copyOf(faults)));
  }

  /** Groups are read, oldest first; each gets the smallest cookie that is free. */
  void take(int queue, int bytes) {
    int done = 0;
    for (var entry : groups().entrySet()) {
      Group group = entry.getValue();
      boolean waits = group.queue == queue && group.cookie == 0;
      if (waits && done < bytes) {
        done += group.bytes();
        put(entry.getKey(), group.read(freeCookie(queue)));
      }
    }
  }

  private int freeCookie(int queue) {
    int cookie = 1;
    while (read(queue, cookie) != null) {
      cookie++;
    }
    return cookie;
  }

  void drop(Predicate<Group> which) {
    groups()
        .forEach(
            (number, group) -> {
              if (which.test(group)) {
                put(number, null);
              }
            });
  }

  /** The device's page requests are not taken any more. */
  void discard(int deviceId) {
    drop(group -> group.last().deviceId() == deviceId);
    partial()
        .forEach(
            (number, fault) -> {
              if (fault.deviceId() == deviceId) {
                restore(number, null);
              }
            });
  }

  private void put(long number, Group group) {
    Group before = group == null ? groups.remove(number) : groups.put(number, group);
    requests += (group == null ? 0 : group.faults.size());
    requests -= (before == null ? 0 : before.faults.size());
    hash += (group == null ? 0 : group.term(number)) - (before == null ? 0 : before.term(number));
  }

  private void restore(long number, HostFault fault) {
    HostFault before = fault == null ? partial.remove(number) : partial.put(number, fault);
    requests += (fault == null ? 0 : 1) - (before == null ? 0 : 1);
    hash += partialTerm(number, fault) - partialTerm(number, before);
  }

  private static long partialTerm(long number, HostFault fault) {
    return fault == null ? 0 : StateHash.mix(TAG_PARTIAL, number, fault.hash());
  }

  /** One of a description; the members of a group follow each other under its number. */
  void restore(DeviceFact.HostFaultKept f, int queue) {
    if (f.object() == 0) {
      restore(f.number(), f.fault());
      return;
    }
    Group before = groups.get(f.number());
    var faults = new ArrayList<>(before == null ? List.of() : before.faults);
    faults.add(f.fault());
    put(f.number(), new Group(f.object(), queue, f.cookie(), List.copyOf(faults)));
  }
}
