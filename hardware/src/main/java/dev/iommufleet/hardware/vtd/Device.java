package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.Guard;
import dev.iommufleet.hardware.StateHash;
import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.link.HostInfo;
import dev.iommufleet.hardware.link.LinkHash;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A device that is attached: what it was told, and what it has not answered yet. */
final class Device {
  private static final long TAG_DEVICE = 15;
  private static final long TAG_COUNTER = 16;
  private static final long TAG_COMMAND = 17;
  private static final long TAG_ACKNOWLEDGED = 18;
  private static final long TAG_GROUP = 19;

  /** A command on its way; {@code previous}: the numbered command before it, 0: none. */
  record Posted(long id, long previous, Command command) {}

  final int sourceId;
  final long epoch;

  /** Null: an emulated device. */
  final HostInfo host;

  private boolean detaching;
  private long lastId;
  private long lastNumbered;
  private long lastRequest;

  /** Newest first. */
  private final List<Binding> bindings = new ArrayList<>();

  /** Ascending by id. */
  private final Map<Long, Posted> outstanding = new LinkedHashMap<>();

  /** Page-request groups that software has not answered, as keys. */
  private final Set<Long> groups = new HashSet<>();

  /** Soft. */
  private final Set<Long> acknowledged = new HashSet<>();

  private long hash;
  private long softHash;

  Device(int sourceId, long epoch, HostInfo host) {
    this.sourceId = sourceId;
    this.epoch = epoch;
    this.host = host;
    hash =
        StateHash.mix(TAG_DEVICE, sourceId, epoch)
            + StateHash.mix(TAG_DEVICE, ~sourceId, host == null ? 0 : LinkHash.of(host));
    hash += counters();
  }

  long hash() {
    return hash;
  }

  long softHash() {
    return softHash;
  }

  boolean detaching() {
    return detaching;
  }

  long lastId() {
    return lastId;
  }

  long lastNumbered() {
    return lastNumbered;
  }

  /** Number of the last page request that was taken. */
  long lastRequest() {
    return lastRequest;
  }

  List<Binding> bindings() {
    return bindings;
  }

  /** The binding of a PASID that stays; null: none. */
  Binding find(int pasid) {
    for (Binding binding : bindings) {
      if (binding.pasid == pasid && binding.leaving == 0) {
        return binding;
      }
    }
    return null;
  }

  Iterable<Posted> outstanding() {
    return outstanding.values();
  }

  int outstandingCount() {
    return outstanding.size();
  }

  Posted outstanding(long id) {
    return outstanding.get(id);
  }

  boolean isAcknowledged(long id) {
    return acknowledged.contains(id);
  }

  /** The command that carries this ITag is over, whichever way. */
  void invalidationEnded(int itag) {
    for (Posted posted : outstanding.values()) {
      if (posted.command() instanceof Command.InvalidateTlb invalidation
          && invalidation.itag() == itag) {
        outstanding.remove(posted.id());
        end(posted);
        return;
      }
    }
  }

  /** A command has not been answered: whatever waits for the device goes on waiting. */
  @Guard(value = "queue-parks-on-devices", without = "false")
  boolean isAnyOpen() {
    return outstanding.size() > acknowledged.size();
  }

  boolean hasGroup(int pasid, int groupIndex) {
    return groups.contains(group(pasid, groupIndex));
  }

  // ---- changes; each is the effect of one fact ----

  void post(Posted posted) {
    outstanding.put(posted.id(), posted);
    hash += commandTerm(posted);
    boolean numbered = posted.command() instanceof Command.Numbered;
    counters(
        Math.max(lastId, posted.id()),
        numbered ? Math.max(lastNumbered, posted.id()) : lastNumbered,
        lastRequest);
    switch (posted.command()) {
      case Command.Bind _ when detaching -> {} // In a description: its binding is gone already.
      case Command.Bind bind -> bind(posted.id(), bind);
      case Command.Unbind unbind -> {
        Binding binding = find(unbind.pasid());
        if (binding != null && binding.told < posted.id()) {
          hash -= binding.term(sourceId);
          binding.leaving = posted.id();
          hash += binding.term(sourceId);
        }
      }
      default -> {}
    }
  }

  private void bind(long id, Command.Bind bind) {
    Binding binding = find(bind.pasid());
    if (binding == null) {
      bindings.removeIf(left -> left.pasid == bind.pasid() && drop(left));
      binding = new Binding(bind.pasid(), id, bind.entry());
      binding.pageRequests = bind.pageRequests();
      insert(binding);
    } else if (binding.told < id) {
      hash -= binding.term(sourceId);
      binding.entry = bind.entry();
      binding.pageRequests = bind.pageRequests();
      binding.told = id;
      binding.failed = false;
      hash += binding.term(sourceId);
    }
  }

  void insert(Binding binding) {
    int at = 0;
    while (at < bindings.size() && bindings.get(at).order > binding.order) {
      at++;
    }
    bindings.add(at, binding);
    hash += binding.term(sourceId);
  }

  private boolean drop(Binding binding) {
    hash -= binding.term(sourceId);
    return true;
  }

  /** The device has answered everything up to and with {@code id}. */
  void ended(long id) {
    for (Iterator<Posted> each = outstanding.values().iterator(); each.hasNext(); ) {
      Posted posted = each.next();
      if (posted.id() > id) {
        return;
      }
      each.remove();
      end(posted);
    }
  }

  private void end(Posted posted) {
    hash -= commandTerm(posted);
    unacknowledge(posted.id());
    bindings.removeIf(left -> left.leaving == posted.id() && drop(left));
  }

  /** {@code stays}: a binding that could not be taken away is still there. */
  void failed(long id, boolean stays) {
    Posted posted = outstanding.remove(id);
    for (Binding binding : bindings) {
      boolean told = binding.told == id && binding.leaving == 0;
      if (told || stays && binding.leaving == id) {
        hash -= binding.term(sourceId);
        binding.failed = true;
        binding.leaving = 0;
        hash += binding.term(sourceId);
      }
    }
    end(posted);
  }

  void detach() {
    bindings.forEach(this::drop);
    bindings.clear();
    groups.forEach(group -> hash -= StateHash.mix(TAG_GROUP, sourceId, group));
    groups.clear();
    hash -= counters();
    detaching = true;
    hash += counters();
  }

  void counters(long id, long numbered, long request) {
    hash -= counters();
    lastId = id;
    lastNumbered = numbered;
    lastRequest = request;
    hash += counters();
  }

  void groupOpened(int pasid, int groupIndex) {
    long group = group(pasid, groupIndex);
    if (groups.add(group)) {
      hash += StateHash.mix(TAG_GROUP, sourceId, group);
    }
  }

  void groupClosed(int pasid, int groupIndex) {
    long group = group(pasid, groupIndex);
    if (groups.remove(group)) {
      hash -= StateHash.mix(TAG_GROUP, sourceId, group);
    }
  }

  Iterable<Long> groups() {
    return groups;
  }

  private static long group(int pasid, int groupIndex) {
    return (long) pasid << 9 | groupIndex;
  }

  private long counters() {
    return StateHash.mix(TAG_COUNTER, sourceId, lastId)
        + StateHash.mix(TAG_COUNTER, ~sourceId, lastNumbered << 1 | (detaching ? 1 : 0))
        + StateHash.mix(TAG_COUNTER, sourceId | 1 << 20, lastRequest);
  }

  private long commandTerm(Posted posted) {
    return StateHash.mix(
        TAG_COMMAND, (long) sourceId << 48 ^ posted.id(), LinkHash.of(posted.command()));
  }

  // ---- soft ----

  void acknowledge(long id) {
    if (outstanding.containsKey(id) && acknowledged.add(id)) {
      softHash += StateHash.mix(TAG_ACKNOWLEDGED, sourceId, id);
    }
  }

  private void unacknowledge(long id) {
    if (acknowledged.remove(id)) {
      softHash -= StateHash.mix(TAG_ACKNOWLEDGED, sourceId, id);
    }
  }

  void forgetAcknowledged() {
    acknowledged.clear();
    softHash = 0;
  }

  /** The last command before which, and with which, everything is answered; 0: none. */
  long answeredUpTo() {
    long upTo = 0;
    for (long id : outstanding.keySet()) {
      if (!acknowledged.contains(id)) {
        return upTo;
      }
      upTo = id;
    }
    return upTo;
  }
}
