package dev.iommufleet.actors;

import dev.iommufleet.hardware.device.HostDevice;
import dev.iommufleet.persistence.journal.EntryFormat;
import dev.iommufleet.persistence.mapping.HostDeviceOperations;
import dev.iommufleet.persistence.mapping.HostDeviceReplies;
import dev.iommufleet.persistence.mapping.HostDevices;
import dev.iommufleet.persistence.store.EntityMarks;
import dev.iommufleet.protocol.api.v1.HostDeviceConfig;
import dev.iommufleet.protocol.journal.v1.Deleted;
import dev.iommufleet.protocol.journal.v1.HostDeviceCause;
import dev.iommufleet.protocol.journal.v1.HostDeviceCreated;
import dev.iommufleet.protocol.journal.v1.HostDeviceEntry;
import java.util.Set;

/** Puts together what goes into the journal of a host device. */
final class DeviceEntryWriter {
  private final EntityEnvironment environment;

  DeviceEntryWriter(EntityEnvironment environment) {
    this.environment = environment;
  }

  DeviceEvent.Live created(String id, HostDeviceConfig config) {
    var created = HostDeviceCreated.newBuilder().setDeviceId(id).setConfig(config);
    var entry =
        header(1)
            .setCause(HostDeviceCause.newBuilder().setCreated(created))
            .setStateHash(new HostDevice(HostDevices.read(config)).stateHash())
            .build();
    return new DeviceEvent.Live(entry, Set.of());
  }

  DeviceEvent.Live deleted(DeviceIncarnation it) {
    var entry =
        header(it.number)
            .setCause(HostDeviceCause.newBuilder().setDeleted(Deleted.getDefaultInstance()))
            .setStateHash(it.device.stateHash())
            .build();
    return new DeviceEvent.Live(
        entry,
        it.owed ? Set.of(EntityMarks.DELETED, EntityMarks.SETTLED) : Set.of(EntityMarks.DELETED));
  }

  /**
   * @param cause without its operation
   */
  DeviceEvent.Live step(DeviceIncarnation it, DeviceStep step, HostDeviceCause.Builder cause) {
    var entry =
        header(it.number)
            .setCause(cause.setOperation(HostDeviceOperations.write(step.operation)))
            .addAllFacts(step.facts)
            .addAllSoftBefore(it.carried)
            .addAllSoft(step.soft)
            .setReply(HostDeviceReplies.write(step.reply))
            .setStateHash(it.device.stateHash());
    if (!it.wrote) {
      entry.setCachesEmptySince(it.sequenceNumber);
    }
    return new DeviceEvent.Live(entry.build(), tags(it));
  }

  private static Set<String> tags(DeviceIncarnation it) {
    boolean owes = it.owes();
    return owes == it.owed ? Set.of() : Set.of(owes ? EntityMarks.OWES : EntityMarks.SETTLED);
  }

  private HostDeviceEntry.Builder header(long incarnation) {
    return HostDeviceEntry.newBuilder()
        .setSchema(EntryFormat.SCHEMA)
        .setModelVersion(environment.modelVersion())
        .setTimeUnixNanos(environment.unixNanos().getAsLong())
        .setIncarnation(incarnation);
  }
}
