package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.StateHash;
import dev.iommufleet.hardware.link.HostInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The kernel's side of passthrough: open devices, paging objects that map the guest's memory,
 * objects nested in them, what is attached where, and fault queues. Several devices may share one.
 * Devices that cannot be told apart are of one group. [HOST-8]
 */
public final class Iommufd implements Host {
  /** More objects and fault queues than these are refused for want of memory. */
  public static final int MAX_OBJECTS = 1 << 16;

  /** Page requests that are kept; there is no memory for more. */
  public static final int MAX_FAULTS = 4_096;

  private static final int FIRST_ID = 1000;
  private static final long TAG_DEVICE = 40;
  private static final long TAG_ATTACHED = 41;
  private static final long TAG_OBJECT = 42;
  private static final long TAG_OBJECT_TABLE = 43;
  private static final long TAG_NEXT = 45;
  private static final long TAG_QUEUE = 46;

  private final Map<Integer, List<HostedDevice>> devices = new TreeMap<>();
  private final Map<Integer, HostObject> objects = new TreeMap<>();
  private final Map<Integer, Integer> users = new TreeMap<>();
  private final Set<Integer> queues = new TreeSet<>();
  private final FaultQueues faults = new FaultQueues();
  private final FaultRules faultRules = new FaultRules(this);
  private final HostGroups groups = new HostGroups(this);
  private final ArmedFailures armed = new ArmedFailures();
  private int nextId = FIRST_ID;
  private long hash;

  /** Kept up to date, so asking is cheap. */
  public long hash() {
    return hash + armed.hash() + faults.hash() + StateHash.mix(TAG_NEXT, 0, nextId);
  }

  // ---- what stands where, each in ascending order -------------------------------------------

  /** Ids of open devices. */
  public List<Integer> devices() {
    return List.copyOf(devices.keySet());
  }

  /** What is attached to a device, by PASID; {@link HostCall#RID} for requests without one. */
  public Map<Integer, Integer> attachments(int deviceId) {
    return devices.containsKey(deviceId)
        ? new TreeMap<>(device(deviceId).attachments)
        : new TreeMap<>();
  }

  /** What is attached there; null: nothing. */
  Integer attached(int deviceId, int pasid) {
    return devices.containsKey(deviceId) ? device(deviceId).attachments.get(pasid) : null;
  }

  public List<HostObject> objects() {
    return List.copyOf(objects.values());
  }

  public Optional<HostObject> object(int id) {
    return Optional.ofNullable(objects.get(id));
  }

  /** Attachments of the object, and objects nested in it; of a fault queue: objects that use it. */
  public int users(int id) {
    return users.getOrDefault(id, 0);
  }

  /** Ids of fault queues. */
  public Set<Integer> queues() {
    return new TreeSet<>(queues);
  }

  boolean isQueue(int id) {
    return queues.contains(id);
  }

  FaultQueues faults() {
    return faults;
  }

  FaultRules faultRules() {
    return faultRules;
  }

  HostGroups groups() {
    return groups;
  }

  int nextId() {
    return nextId;
  }

  Map<HostCall.Kind, ArmedFailures.Armed> armed() {
    return armed.all();
  }

  // ---- opening and closing ------------------------------------------------------------------

  /**
   * Opens a device and attaches its RID to its default object, which is made if there is none of
   * that id; otherwise {@code flags} mean nothing. A device may be opened again while it is open;
   * calls then concern the earlier one. [HOST-1]
   *
   * @return whether the default object was made
   */
  public boolean open(int deviceId, HostInfo info, int defaultObject, int flags) {
    return open(deviceId, info, defaultObject, flags, deviceId);
  }

  /** {@code group}: devices that cannot be told apart have the same. [HOST-8.7] */
  boolean open(int deviceId, HostInfo info, int defaultObject, int flags, int group) {
    boolean made = !objects.containsKey(defaultObject);
    if (made) {
      put(HostObject.paging(defaultObject, flags));
    }
    var handles = devices.computeIfAbsent(deviceId, _ -> new ArrayList<>());
    var opened = new HostedDevice(deviceId, handles.size(), info, defaultObject, group);
    handles.add(opened);
    hash += deviceTerm(opened);
    attach(opened, HostCall.RID, defaultObject);
    return made;
  }

  /**
   * What the kernel found when a device was closed.
   *
   * @param attachments what it detached by itself
   * @param left nested objects that were allocated for this device and still exist
   * @param defaultFreed result of freeing the default object; empty: other devices use it
   */
  public record Closed(
      Map<Integer, Integer> attachments, List<Integer> left, OptionalInt defaultFreed) {}

  /** Closes the device that was opened last under this id. [HOST-1] */
  public Closed close(int deviceId) {
    var handles = devices.get(deviceId);
    if (handles == null) {
      throw new IllegalStateException("Device " + deviceId + " is not open");
    }
    HostedDevice closed = handles.removeLast();
    if (handles.isEmpty()) {
      devices.remove(deviceId);
    }
    var dropped = new TreeMap<>(closed.attachments);
    dropped.keySet().forEach(pasid -> detach(closed, pasid));
    faults.discard(deviceId);
    hash -= deviceTerm(closed);
    return new Closed(dropped, allocatedFor(deviceId), freeDefault(closed.defaultObject));
  }

  /** Ascending. Nested objects that exist for a device. */
  public List<Integer> allocatedFor(int deviceId) {
    return objects.values().stream()
        .filter(object -> object.nested() && object.owner() == deviceId)
        .map(HostObject::id)
        .toList();
  }

  private OptionalInt freeDefault(int id) {
    for (var handles : devices.values()) {
      if (handles.stream().anyMatch(device -> device.defaultObject == id)) {
        return OptionalInt.empty();
      }
    }
    if (users(id) != 0) {
      return OptionalInt.of(Errno.BUSY.negated());
    }
    drop(id);
    return OptionalInt.of(0);
  }

  // ---- failures -----------------------------------------------------------------------------

  /**
   * The {@code n}-th next call of this kind fails; {@code n} 0 disarms. {@code errno}: positive; 0
   * for an invalidation that succeeds and processes nothing.
   */
  public void failNext(HostCall.Kind kind, int n, int errno) {
    boolean known = n >= 0 && errno >= 0 && (errno > 0 || kind == HostCall.Kind.INVALIDATE);
    if (n != 0 && !known) {
      throw new IllegalArgumentException("n " + n + ", errno " + errno + " for " + kind);
    }
    armed.arm(kind, n, errno);
  }

  // ---- calls --------------------------------------------------------------------------------

  @Override
  public Reply call(HostCall call) {
    Reply reply = decide(call);
    redo(call, reply);
    return reply;
  }

  Reply decide(HostCall call) {
    int errno = armed.next(call.kind());
    return errno >= 0 ? new Reply(-errno, 0) : new HostRules(this).decide(call);
  }

  /** The effect of a call that was answered so. */
  public void redo(HostCall call, Reply reply) {
    armed.count(call.kind());
    if (!reply.ok()) {
      return;
    }
    switch (call) {
      case HostCall.Allocate c -> allocated(HostObject.nested(reply.value(), c));
      case HostCall.AllocatePaging c -> allocated(HostObject.paging(reply.value(), c));
      case HostCall.AllocateQueue _ -> {
        putQueue(reply.value());
        used(reply.value());
      }
      case HostCall.Free c when isQueue(c.object()) -> dropQueue(c.object());
      case HostCall.Free c -> drop(c.object());
      case HostCall.Attach c ->
          groups.moved(c).forEach(moved -> attach(device(moved), c.pasid(), c.object()));
      case HostCall.Detach c -> detach(device(c.deviceId()), c.pasid());
      case HostCall.Invalidate _ -> {}
      case HostCall.ReadFaults c -> faults.take(c.queue(), reply.value());
      case HostCall.WriteFaults c -> written(c, reply.value());
    }
  }

  private void written(HostCall.WriteFaults call, int bytes) {
    for (var answer : call.answers().subList(0, bytes / HostCall.WriteFaults.RECORD)) {
      faults.drop(faults.read(call.queue(), answer.cookie())::equals);
    }
  }

  /** A page request of a device has its effect. */
  void raised(HostFault fault) {
    switch (faultRules.way(fault)) {
      case KEPT -> faults.keep(fault);
      case QUEUED ->
          faults.complete(fault, attached(fault.deviceId(), fault.key()), faultRules.queue(fault));
      case UNHANDLED, LOST, FAILED -> {}
    }
  }

  HostedDevice device(int deviceId) {
    var handles = devices.get(deviceId);
    if (handles == null) {
      throw new IllegalStateException("Device " + deviceId + " is not open");
    }
    return handles.getFirst();
  }

  boolean isOpen(int deviceId) {
    return devices.containsKey(deviceId);
  }

  boolean isFull() {
    return objects.size() + queues.size() >= MAX_OBJECTS;
  }

  private void allocated(HostObject object) {
    put(object);
    used(object.id());
  }

  private void used(int id) {
    nextId = Math.max(nextId, id + 1);
  }

  // ---- parts of a description ---------------------------------------------------------------

  void restoreFailure(HostCall.Kind kind, int n, int errno) {
    armed.arm(kind, n, errno);
  }

  void restoreNextId(int id) {
    nextId = id;
  }

  void restore(HostObject object) {
    put(object);
  }

  /** The device is open; what is attached to it follows. */
  void restoreOpen(int deviceId, HostInfo info, int defaultObject, int group) {
    var opened = new HostedDevice(deviceId, 0, info, defaultObject, group);
    devices.computeIfAbsent(deviceId, _ -> new ArrayList<>()).add(opened);
    hash += deviceTerm(opened);
  }

  void restoreAttachment(int deviceId, int pasid, int object) {
    attach(device(deviceId), pasid, object);
  }

  void restoreQueue(int queue) {
    putQueue(queue);
  }

  void restore(DeviceFact.HostFaultKept fault) {
    faults.restore(fault, fault.object() == 0 ? 0 : objects.get(fault.object()).queue());
  }

  // ---- changes ------------------------------------------------------------------------------

  private void put(HostObject object) {
    objects.put(object.id(), object);
    hash += objectTerm(object);
    if (object.nested()) {
      use(object.parent(), 1);
    }
    if (object.queue() != 0) {
      use(object.queue(), 1);
    }
  }

  private void putQueue(int id) {
    queues.add(id);
    hash += StateHash.mix(TAG_QUEUE, id, 0);
  }

  private void dropQueue(int id) {
    queues.remove(id);
    users.remove(id);
    hash -= StateHash.mix(TAG_QUEUE, id, 0);
  }

  private void drop(int id) {
    HostObject dropped = objects.remove(id);
    hash -= objectTerm(dropped);
    users.remove(id);
    if (dropped.nested()) {
      use(dropped.parent(), -1);
    }
    if (dropped.queue() != 0) {
      use(dropped.queue(), -1);
    }
  }

  private void attach(HostedDevice device, int pasid, int object) {
    detach(device, pasid);
    device.attachments.put(pasid, object);
    use(object, 1);
    hash += attachedTerm(device, pasid, object);
  }

  private void detach(HostedDevice device, int pasid) {
    Integer before = device.attachments.remove(pasid);
    if (before != null) {
      use(before, -1);
      hash -= attachedTerm(device, pasid, before);
      faults.drop(g -> g.last().deviceId() == device.id && g.last().key() == pasid);
    }
  }

  private void use(int object, int more) {
    users.merge(object, more, Integer::sum);
  }

  private static long deviceTerm(HostedDevice device) {
    return StateHash.mix(TAG_DEVICE, device.key(), device.defaultObject);
  }

  private static long attachedTerm(HostedDevice device, int pasid, int object) {
    return StateHash.mix(TAG_ATTACHED, device.key() << 20 | pasid, object);
  }

  private static long objectTerm(HostObject o) {
    long owner = (long) o.owner() << 32 | o.parent();
    long kind = (long) o.addressWidth() << 32 | (long) o.tableFlags() << 16 | o.flags();
    return (o.queue() == 0 ? 0 : StateHash.mix(TAG_QUEUE, o.id(), o.queue()))
        + StateHash.mix(TAG_OBJECT, o.id(), owner)
        + StateHash.mix(TAG_OBJECT_TABLE, StateHash.mix(TAG_OBJECT, o.id(), kind), o.table());
  }
}
