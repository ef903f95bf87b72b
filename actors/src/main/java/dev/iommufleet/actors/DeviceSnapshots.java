package dev.iommufleet.actors;

import dev.iommufleet.persistence.journal.EntryFormat;
import dev.iommufleet.persistence.mapping.HostDeviceFacts;
import dev.iommufleet.protocol.journal.v1.HostDeviceSnapshot;

/** The state of a host device as a message, and back. */
final class DeviceSnapshots extends StateSnapshots<DeviceIncarnation, HostDeviceSnapshot> {
  private final EntityEnvironment environment;

  DeviceSnapshots(EntityEnvironment environment) {
    super(HostDeviceSnapshot.class);
    this.environment = environment;
  }

  @Override
  HostDeviceSnapshot tombstone(long sequenceNumber, long incarnation) {
    return header(sequenceNumber, incarnation).setDeleted(true).build();
  }

  @Override
  EntityState<DeviceIncarnation> read(HostDeviceSnapshot snapshot) {
    EntryFormat.check(snapshot);
    return snapshot.getDeleted()
        ? new EntityState.Deleted<>(snapshot.getSequenceNumber(), snapshot.getIncarnation())
        : new EntityState.Present<>(
            DeviceIncarnation.of(snapshot, environment.settings().limits()));
  }

  @Override
  long sequenceNumber(HostDeviceSnapshot snapshot) {
    return snapshot.getSequenceNumber();
  }

  @Override
  HostDeviceSnapshot write(DeviceIncarnation it) {
    var snapshot =
        header(it.sequenceNumber, it.number)
            .setDeviceId(it.id)
            .setConfig(it.config)
            .setStateHash(it.device.stateHash())
            .setCreatedUnixNanos(it.createdNanos)
            .setAttachOutcome(it.attachOutcome)
            .setAttachWanted(it.attachWanted)
            .setAttachOffered(it.attachOffered)
            .addAllDmaEnds(it.dmaEnds.values())
            .addAllSessions(it.memory.describe())
            .setSessionsDisplaced(it.memory.displaced());
    it.device.describe(fact -> snapshot.addFacts(HostDeviceFacts.write(fact)));
    return snapshot.build();
  }

  private HostDeviceSnapshot.Builder header(long sequenceNumber, long incarnation) {
    return HostDeviceSnapshot.newBuilder()
        .setSchema(EntryFormat.SCHEMA)
        .setModelVersion(environment.modelVersion())
        .setSequenceNumber(sequenceNumber)
        .setIncarnation(incarnation);
  }
}
