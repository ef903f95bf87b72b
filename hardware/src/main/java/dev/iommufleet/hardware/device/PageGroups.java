package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.StateHash;
import dev.iommufleet.hardware.link.Report.PageRequested;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Page-request groups that nobody has answered, and requests on their way. [PRI-5] */
final class PageGroups {
  private static final long TAG_GROUP = 66;
  private static final long TAG_REQUEST = 67;
  private static final long TAG_COUNTERS = 68;

  /** {@code closed}: its last request was sent; {@code requests}: how many it has. */
  record Group(int pasid, boolean closed, int requests) {}

  private final Map<Integer, Group> groups = new TreeMap<>();
  private final TreeMap<Long, PageRequested> outbox = new TreeMap<>();
  private int outstanding;
  private long lastRequest;
  private int lastIndex = DeviceLimits.MOST_GROUPS - 1;
  private long hash;

  long hash() {
    return hash
        + StateHash.mix(TAG_COUNTERS, lastRequest, lastIndex)
        - StateHash.mix(TAG_COUNTERS, 0, DeviceLimits.MOST_GROUPS - 1);
  }

  /** Requests in groups that nobody has answered. */
  int outstanding() {
    return outstanding;
  }

  long lastRequest() {
    return lastRequest;
  }

  /** By index, ascending. */
  Map<Integer, Group> groups() {
    return new TreeMap<>(groups);
  }

  Group find(int index) {
    return groups.get(index);
  }

  /** Index of the PASID's group whose last request was not sent; -1: none. */
  int collecting(int pasid) {
    for (var entry : groups.entrySet()) {
      if (entry.getValue().pasid() == pasid && !entry.getValue().closed()) {
        return entry.getKey();
      }
    }
    return -1;
  }

  /** The next index that no group and no request on its way has; -1: none. */
  int freeIndex() {
    var used = new BitSet(DeviceLimits.MOST_GROUPS);
    groups.keySet().forEach(used::set);
    outbox.values().forEach(request -> used.set(request.groupIndex()));
    for (int step = 1; step <= DeviceLimits.MOST_GROUPS; step++) {
      int index = (lastIndex + step) % DeviceLimits.MOST_GROUPS;
      if (!used.get(index)) {
        return index;
      }
    }
    return -1;
  }

  /** Ascending by number. */
  List<PageRequested> outbox() {
    return List.copyOf(outbox.values());
  }

  PageRequested onItsWay(long number) {
    return outbox.get(number);
  }

  /** Whether every request up to this one was taken or refused. */
  boolean isSettledUpTo(long number) {
    return outbox.isEmpty() || outbox.firstKey() > number;
  }

  /** {@code more}: requests that will be on their way. */
  boolean isFull(int more) {
    return outbox.size() + more >= DeviceLimits.MOST_REQUESTS;
  }

  static boolean isStopMarker(PageRequested request) {
    return request.lastInGroup() && !request.read() && !request.write();
  }

  // ---- changes; each is the effect of one fact ----

  void open(int pasid, int index) {
    lastIndex = index;
    put(index, new Group(pasid, false, 0));
  }

  void put(int index, Group group) {
    end(index);
    groups.put(index, group);
    outstanding += group.requests();
    hash += term(index, group);
  }

  void end(int index) {
    Group ended = groups.remove(index);
    if (ended != null) {
      outstanding -= ended.requests();
      hash -= term(index, ended);
    }
  }

  void sent(PageRequested request) {
    lastRequest = request.number();
    onItsWay(request);
    Group group = isStopMarker(request) ? null : groups.get(request.groupIndex());
    if (group != null) {
      put(
          request.groupIndex(),
          new Group(group.pasid(), request.lastInGroup(), group.requests() + 1));
    }
  }

  /** A request of the group left the function, for the host. */
  void raised(int index, boolean last) {
    Group group = groups.get(index);
    put(index, new Group(group.pasid(), last, group.requests() + 1));
  }

  void forwarded(PageRequested request) {
    lastRequest = request.number();
    onItsWay(request);
  }

  void onItsWay(PageRequested request) {
    outbox.put(request.number(), request);
    hash += term(request);
  }

  void settled(long number) {
    PageRequested settled = outbox.remove(number);
    if (settled != null) {
      hash -= term(settled);
    }
  }

  void counters(long request, int index) {
    lastRequest = request;
    lastIndex = index;
  }

  /** The attachment is over. Its groups have ended. */
  void over() {
    outbox().forEach(request -> settled(request.number()));
    lastRequest = 0;
  }

  private static long term(int index, Group group) {
    long value = (long) group.pasid() << 32 | (long) group.requests() << 1 | bit(group.closed(), 0);
    return StateHash.mix(TAG_GROUP, index, value);
  }

  private static long term(PageRequested r) {
    int flags =
        bit(r.read(), 0)
            | bit(r.write(), 1)
            | bit(r.execute(), 2)
            | bit(r.privileged(), 3)
            | bit(r.lastInGroup(), 4)
            | r.groupIndex() << 5;
    long what = StateHash.mix(TAG_REQUEST, r.pasid(), flags);
    return StateHash.mix(TAG_REQUEST, r.number() ^ what, r.address());
  }

  private static int bit(boolean set, int position) {
    return set ? 1 << position : 0;
  }

  void describe(DeviceSink sink) {
    groups.forEach(
        (index, group) ->
            sink.accept(
                new DeviceFact.GroupKept(group.pasid(), index, group.closed(), group.requests())));
    outbox.values().forEach(request -> sink.accept(new DeviceFact.PageRequestKept(request)));
    sink.accept(new DeviceFact.RequestCountersKept(lastRequest, lastIndex));
  }
}
