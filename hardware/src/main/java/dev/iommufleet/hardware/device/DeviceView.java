package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.device.HostDevice.Owed;
import dev.iommufleet.hardware.link.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A device's state as it can be read. Maps and lists are in ascending order, and copies. */
public final class DeviceView {
  private static final long PAGE = 0x1000;

  private final DeviceCore core;

  DeviceView(DeviceCore core) {
    this.core = core;
  }

  // ---- attachment ---------------------------------------------------------------------------

  public AttachState state() {
    return core.link.state();
  }

  /** Of the attachment that there is, or was last; 0: there was none. */
  public long epoch() {
    return core.link.epoch();
  }

  /** Where it is attached; empty: nowhere. */
  public String iommu() {
    return core.link.target() == null ? "" : core.link.target().iommu();
  }

  /** 16 bits; -1: nowhere. */
  public int sourceId() {
    return core.link.target() == null ? -1 : core.link.target().sourceId();
  }

  public boolean linkUp() {
    return core.link.up();
  }

  /** The last numbered command that was done in this attachment. */
  public long lastDone() {
    return core.link.lastDone();
  }

  /**
   * What is to be told again until it is settled: attaching, leaving, losses, page requests and
   * questions. Answers to commands are not among them: they are given when the command comes again.
   */
  public List<Owed> owed() {
    var owed = new ArrayList<Owed>();
    core.link
        .losses()
        .forEach(
            (epoch, lost) ->
                owed.add(new Owed(lost.iommu(), lost.sourceId(), epoch, new Report.Lost())));
    if (!core.link.attached() || !core.link.up()) {
      return owed;
    }
    switch (core.link.state()) {
      case ATTACHING -> owe(owed, new Report.Attach(core.config.host()));
      case DETACHING -> owe(owed, new Report.Detach());
      case DETACHED, ATTACHED -> {}
    }
    core.groups.outbox().forEach(request -> owe(owed, request));
    for (Dma dma : core.dmas.all()) {
      if (dma.question() != null) {
        owe(owed, dma.question());
      }
    }
    return owed;
  }

  private void owe(List<Owed> owed, Report report) {
    var target = core.link.target();
    owed.add(new Owed(target.iommu(), target.sourceId(), core.link.epoch(), report));
  }

  /** Whether a {@link DeviceOperation.Poll} would change anything. */
  public boolean waitsForPoll() {
    return core.bindings.retries()
        || FaultPort.waits(core)
        || core.dmas.all().stream().anyMatch(Dma::paused);
  }

  /** Whether the device has to be awake: it owes something, or something runs. */
  public boolean busy() {
    return !owed().isEmpty() || core.dmas.count() > 0 || !core.groups.groups().isEmpty();
  }

  // ---- host ---------------------------------------------------------------------------------

  /** What the device believes of each PASID. */
  public Map<Integer, HostBindings.Binding> bindings() {
    return core.bindings.bindings();
  }

  /** Objects that wait to be freed. */
  public Set<Integer> unfreed() {
    return core.bindings.unfreed();
  }

  /** PASIDs where something is attached that should not be. */
  public Set<Integer> undetached() {
    return core.bindings.undetached();
  }

  /** What the kernel has attached, by PASID. */
  public Map<Integer, Integer> attachments() {
    return core.kernel.attachments(DeviceCore.DEVICE);
  }

  /** What the kernel has attached to another function of the group; {@code sibling}: from 1. */
  public Map<Integer, Integer> attachments(int sibling) {
    return core.kernel.attachments(DeviceCore.DEVICE + sibling);
  }

  /**
   * @param users objects that use it
   * @param waiting groups that were not read
   */
  public record FaultQueue(int queue, int users, int waiting) {}

  /** Fault queues of the kernel. */
  public List<FaultQueue> queues() {
    return core.kernel.queues().stream()
        .map(
            queue ->
                new FaultQueue(
                    queue, core.kernel.users(queue), core.kernel.faults().waiting(queue).size()))
        .toList();
  }

  /**
   * A page-request group of the kernel's.
   *
   * @param queue 0: it is not whole
   * @param cookie under which it was read; 0: it was not
   * @param unwritten it is answered, and that could not be written yet
   */
  public record HostGroup(int groupIndex, int queue, int cookie, boolean unwritten) {}

  /** Where an open group is at the host; null: not there. */
  public HostGroup hostGroup(int groupIndex) {
    var groups = core.kernel.faults().select(group -> group.last().groupIndex() == groupIndex);
    if (!groups.isEmpty()) {
      var taken = core.taken.find(groupIndex);
      boolean unwritten = taken != null && taken.answer() != TakenFaults.NO_ANSWER;
      var group = groups.getFirst();
      return new HostGroup(groupIndex, group.queue(), group.cookie(), unwritten);
    }
    boolean partial = core.kernel.faults().knows(DeviceCore.DEVICE, groupIndex);
    return partial ? new HostGroup(groupIndex, 0, 0, false) : null;
  }

  public List<HostObject> objects() {
    return core.kernel.objects();
  }

  /** Attachments of an object, and objects nested in it. */
  public int users(int object) {
    return core.kernel.users(object);
  }

  // ---- function -----------------------------------------------------------------------------

  public long config(ConfigRegister register) {
    return core.pci.get(register);
  }

  /** {@code closed}: its last request was sent. */
  public record Group(int groupIndex, int pasid, boolean closed, int requests) {}

  /** Page-request groups that nobody has answered. */
  public List<Group> groups() {
    var groups = new ArrayList<Group>();
    core.groups
        .groups()
        .forEach((index, g) -> groups.add(new Group(index, g.pasid(), g.closed(), g.requests())));
    return groups;
  }

  /** Requests that the IOMMU has not taken or refused. */
  public List<Report.PageRequested> outbox() {
    return core.groups.outbox();
  }

  /** {@code done} of {@code length} bytes; {@code groupIndex}: what it waits for, or -1. */
  public record RunningDma(
      long dma, int pasid, long iova, int length, boolean write, int done, int groupIndex) {}

  public List<RunningDma> dmas() {
    return core.dmas.all().stream()
        .map(
            d ->
                new RunningDma(
                    d.id(), d.pasid(), d.iova(), d.length(), d.write(), d.done(), d.group()))
        .toList();
  }

  /**
   * An access that uses a translation and has not ended.
   *
   * @param iova that was translated, 4 KiB page
   * @param address that it was translated to
   */
  public record Access(int pasid, long iova, long address, boolean write) {}

  /** Accesses under way that use translations. */
  public List<Access> accesses() {
    return core.dmas.all().stream()
        .filter(d -> d.translated() && d.question() instanceof Report.Access)
        .map(
            d ->
                new Access(
                    core.key(d.pasid()),
                    d.address() & -PAGE,
                    ((Report.Access) d.question()).address() & -PAGE,
                    d.write()))
        .toList();
  }

  /** Device TLB, or the host's IOTLB for this device; oldest first. */
  public List<DeviceFact.TranslationFilled> translations() {
    return core.cache.all();
  }

  // ---- faults to order ----------------------------------------------------------------------

  /** Completions that do not come, by command; true: until they are released. */
  public Map<Long, Boolean> withheld() {
    var withheld = new TreeMap<Long, Boolean>();
    core.orders.withheld().forEach((id, w) -> withheld.put(id, w.late()));
    return withheld;
  }
}
