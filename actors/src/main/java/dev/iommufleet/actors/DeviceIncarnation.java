package dev.iommufleet.actors;

import dev.iommufleet.hardware.device.DeviceLimits;
import dev.iommufleet.hardware.device.HostDevice;
import dev.iommufleet.persistence.journal.EntryFormat;
import dev.iommufleet.persistence.mapping.HostDeviceFacts;
import dev.iommufleet.persistence.mapping.HostDevices;
import dev.iommufleet.protocol.api.v1.AttachOutcome;
import dev.iommufleet.protocol.api.v1.HostDeviceConfig;
import dev.iommufleet.protocol.api.v1.HostDeviceFact;
import dev.iommufleet.protocol.journal.v1.HostDeviceEntry;
import dev.iommufleet.protocol.journal.v1.HostDeviceSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A host device in memory, from one start of its entity to the next. Changes in place; thrown away
 * as a whole when anything fails.
 */
final class DeviceIncarnation extends EntityIncarnation {
  final String id;
  final HostDeviceConfig config;
  final HostDevice device;
  final RequestMemory memory;

  /** Soft facts of operations that were answered without an entry. */
  final List<HostDeviceFact> carried = new ArrayList<>(0);

  /** What the IOMMU said to the last attachment. */
  AttachOutcome attachOutcome = AttachOutcome.ATTACH_OUTCOME_UNSPECIFIED;

  /** What the guest wants and what the host offers, where a number did not fit; else 0. */
  int attachWanted;

  int attachOffered;

  /** How the last DMAs ended, by number, in the order of their ends. */
  final Map<Long, HostDeviceFact.DmaEnded> dmaEnds = new LinkedHashMap<>(4);

  /** It has gone on after a restart. Until then everything else waits. */
  boolean resumed;

  /** Times that the IOMMU was told again since it was heard. */
  int attempts;

  private DeviceIncarnation(String id, HostDeviceConfig config, EntityLimits limits) {
    super("host device " + id);
    this.id = id;
    this.config = config;
    this.device = new HostDevice(HostDevices.read(config));
    this.memory = new RequestMemory(limits);
  }

  /** From the entry that created the device. */
  static DeviceIncarnation of(DeviceEvent event, EntityLimits limits) {
    var created = event.entry().getCause().getCreated();
    var it = new DeviceIncarnation(created.getDeviceId(), created.getConfig(), limits);
    it.createdNanos = event.entry().getTimeUnixNanos();
    it.resumed = event instanceof DeviceEvent.Live;
    it.count(event);
    return it;
  }

  static DeviceIncarnation of(HostDeviceSnapshot snapshot, EntityLimits limits) {
    var it = new DeviceIncarnation(snapshot.getDeviceId(), snapshot.getConfig(), limits);
    snapshot.getFactsList().forEach(fact -> it.device.apply(HostDeviceFacts.read(fact)));
    it.memory.restore(snapshot.getSessionsList(), snapshot.getSessionsDisplaced());
    it.restored(
        new SnapshotHead(
            snapshot.getSequenceNumber(),
            snapshot.getIncarnation(),
            snapshot.getCreatedUnixNanos(),
            snapshot.getModelVersion(),
            snapshot.getStateHash(),
            snapshot.getSerializedSize()));
    snapshot.getDmaEndsList().forEach(it::remember);
    it.attachOutcome = snapshot.getAttachOutcome();
    it.attachWanted = snapshot.getAttachWanted();
    it.attachOffered = snapshot.getAttachOffered();
    it.owed = it.owes();
    return it;
  }

  @Override
  long stateHash() {
    return device.stateHash();
  }

  /** Something that must go on after a restart without being asked. */
  boolean owes() {
    return device.view().busy();
  }

  boolean isSilent() {
    return attempts >= Resending.SILENT_ATTEMPTS && !device.view().owed().isEmpty();
  }

  void apply(DeviceEvent event) {
    if (event instanceof DeviceEvent.Stored(var entry)) {
      applyFacts(entry);
    } else {
      carried.clear();
    }
    count(event);
    remember(event.entry());
    owed = owes();
  }

  private void applyFacts(HostDeviceEntry entry) {
    EntryFormat.check(entry);
    entry.getFactsList().forEach(fact -> device.apply(HostDeviceFacts.read(fact)));
  }

  private void remember(HostDeviceEntry entry) {
    var cause = entry.getCause();
    if (!cause.getClient().getSession().isEmpty()) {
      memory.remember(cause.getClient(), sequenceNumber);
    }
    var operation = cause.getOperation();
    if (operation.hasAttach() || operation.hasAttachAnswered()) {
      attachOutcome = cause.getAttachOutcome();
      attachWanted = cause.getAttachWanted();
      attachOffered = cause.getAttachOffered();
    }
    entry.getFactsList().stream()
        .filter(HostDeviceFact::hasDmaEnded)
        .forEach(fact -> remember(fact.getDmaEnded()));
  }

  private void remember(HostDeviceFact.DmaEnded ended) {
    dmaEnds.put(ended.getDma(), ended);
    if (dmaEnds.size() > DeviceLimits.MOST_DMAS) {
      dmaEnds.remove(dmaEnds.keySet().iterator().next());
    }
  }
}
