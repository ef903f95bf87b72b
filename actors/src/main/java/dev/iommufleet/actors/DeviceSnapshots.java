package dev.iommufleet.actors;

import akka.persistence.typed.SnapshotAdapter;
import dev.iommufleet.persistence.journal.EntryFormat;
import dev.iommufleet.persistence.mapping.HostDeviceFacts;
import dev.iommufleet.persistence.mapping.MalformedException;
import dev.iommufleet.protocol.journal.v1.HostDeviceSnapshot;

/** The state of a host device as a message, and back; see {@link Snapshots}. */
final class DeviceSnapshots implements SnapshotAdapter<DeviceState> {
  private final EntityEnvironment environment;

  DeviceSnapshots(EntityEnvironment environment) {
    this.environment = environment;
  }

  @Override
  public Object toJournal(DeviceState state) {
    return switch (state) {
      case DeviceState.Present(var incarnation) -> write(incarnation);
      case DeviceState.Deleted(long number, long incarnation) ->
          header(number, incarnation).setDeleted(true).build();
      case DeviceState.Absent() -> throw new IllegalStateException("a snapshot of nothing");
      case DeviceState.Unreadable(long number, String why) ->
          throw new IllegalStateException("a snapshot of entry " + number + ": " + why);
    };
  }

  @Override
  public DeviceState fromJournal(Object message) {
    var snapshot = (HostDeviceSnapshot) message;
    try {
      EntryFormat.check(snapshot);
      return snapshot.getDeleted()
          ? new DeviceState.Deleted(snapshot.getSequenceNumber(), snapshot.getIncarnation())
          : new DeviceState.Present(
              DeviceIncarnation.of(snapshot, environment.settings().limits()));
    } catch (MalformedException e) {
      return new DeviceState.Unreadable(snapshot.getSequenceNumber(), e.getMessage());
    }
  }

  private HostDeviceSnapshot write(DeviceIncarnation it) {
    it.bytesSinceSnapshot = 0;
    var snapshot =
        header(it.sequenceNumber, it.number)
            .setDeviceId(it.id)
            .setConfig(it.config)
            .setStateHash(it.device.stateHash())
            .setCreatedUnixNanos(it.createdNanos)
            .setAttachOutcome(it.attachOutcome)
            .setAttachWanted(it.attachWanted)
            .setAttachOffered(it.attachOffered)
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
