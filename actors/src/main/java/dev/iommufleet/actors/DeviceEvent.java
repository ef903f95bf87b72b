package dev.iommufleet.actors;

import akka.persistence.typed.EventAdapter;
import akka.persistence.typed.EventSeq;
import dev.iommufleet.protocol.journal.v1.HostDeviceEntry;
import java.util.Set;

/** An entry of a host device on its way into the state; see {@link IommuEvent}. */
sealed interface DeviceEvent {
  HostDeviceEntry entry();

  /** Made by this incarnation a moment ago: the hardware has executed it in place. */
  record Live(HostDeviceEntry entry, Set<String> tags) implements DeviceEvent {}

  /** Read back from the journal: the facts are to be applied. */
  record Stored(HostDeviceEntry entry) implements DeviceEvent {}

  /** The journal holds entries; where one comes from it is a stored one. */
  final class Adapter extends EventAdapter<DeviceEvent, HostDeviceEntry> {
    @Override
    public HostDeviceEntry toJournal(DeviceEvent event) {
      return event.entry();
    }

    @Override
    public String manifest(DeviceEvent event) {
      return "";
    }

    @Override
    public EventSeq<DeviceEvent> fromJournal(HostDeviceEntry entry, String manifest) {
      return EventSeq.single(new DeviceEvent.Stored(entry));
    }
  }
}
