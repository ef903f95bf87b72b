package dev.iommufleet.persistence.journal;

import dev.iommufleet.hardware.device.HostDevice;
import dev.iommufleet.persistence.mapping.HostDeviceFacts;
import dev.iommufleet.persistence.mapping.HostDevices;
import dev.iommufleet.protocol.api.v1.HostDeviceConfig;
import dev.iommufleet.protocol.journal.v1.HostDeviceEntry;
import dev.iommufleet.protocol.journal.v1.HostDeviceSnapshot;

/** A host device made of its entries' facts alone, as {@link IommuReplay} is of an IOMMU's. */
public final class HostDeviceReplay extends FactsReplay<HostDeviceEntry, HostDeviceSnapshot> {
  private HostDevice device;
  private HostDeviceConfig config = HostDeviceConfig.getDefaultInstance();

  /**
   * The state right after an entry.
   *
   * @throws JournalException there is no such entry, or the journal cannot be read so far
   */
  public static HostDeviceReplay at(
      JournalReader journal, String persistenceId, long sequenceNumber) {
    var replay = new HostDeviceReplay();
    replay.replay(journal, HostDeviceEntry.class, persistenceId, sequenceNumber);
    return replay;
  }

  /**
   * The state that a snapshot holds. It says nothing of translations.
   *
   * @throws JournalException the snapshot holds what this version does not know
   */
  public static HostDeviceReplay of(Stored<HostDeviceSnapshot> stored) {
    var replay = new HostDeviceReplay();
    replay.restore(stored);
    return replay;
  }

  @Override
  boolean restore(HostDeviceSnapshot snapshot) {
    EntryFormat.check(snapshot);
    if (snapshot.getDeleted()) {
      return false;
    }
    config = snapshot.getConfig();
    device = new HostDevice(HostDevices.read(config));
    snapshot.getFactsList().forEach(fact -> device.apply(HostDeviceFacts.read(fact)));
    return true;
  }

  @Override
  boolean take(String name, long number, HostDeviceEntry entry) {
    EntryFormat.check(entry);
    if (device == null) {
      checkCreation(name, entry.getCause().hasCreated());
      config = entry.getCause().getCreated().getConfig();
      device = new HostDevice(HostDevices.read(config));
    }
    if (entry.hasCachesEmptySince()) {
      device.dropSoftState();
    }
    entry.getSoftBeforeList().forEach(fact -> device.apply(HostDeviceFacts.read(fact)));
    entry.getFactsList().forEach(fact -> device.apply(HostDeviceFacts.read(fact)));
    entry.getSoftList().forEach(fact -> device.apply(HostDeviceFacts.read(fact)));
    return entry.getCause().hasDeleted();
  }

  /** Changes with the next entry that is applied. */
  public HostDevice device() {
    return created(device);
  }

  /** As the device was created. */
  public HostDeviceConfig config() {
    return config;
  }
}
