package dev.iommufleet.actors;

import dev.iommufleet.protocol.journal.v1.HostDeviceEntry;
import java.util.Set;

/** An entry of a host device on its way into the state; see {@link IommuEvent}. */
sealed interface DeviceEvent extends EntityEvent {
  HostDeviceEntry entry();

  /** Made by this incarnation a moment ago: the hardware has executed it in place. */
  record Live(HostDeviceEntry entry, Set<String> tags) implements DeviceEvent {}

  /** Read back from the journal: the facts are to be applied. */
  record Stored(HostDeviceEntry entry) implements DeviceEvent {
    @Override
    public Set<String> tags() {
      return Set.of();
    }
  }

  @Override
  default boolean live() {
    return this instanceof Live;
  }

  @Override
  default boolean deletes() {
    return entry().getCause().hasDeleted();
  }

  @Override
  default long incarnation() {
    return entry().getIncarnation();
  }

  @Override
  default String modelVersion() {
    return entry().getModelVersion();
  }

  @Override
  default long stateHash() {
    return entry().getStateHash();
  }

  @Override
  default int bytes() {
    return entry().getSerializedSize();
  }
}
