package dev.iommufleet.actors;

import akka.actor.typed.ActorRef;
import dev.iommufleet.protocol.cluster.v1.EntityReply;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import dev.iommufleet.protocol.cluster.v1.LinkToDevice;
import dev.iommufleet.protocol.cluster.v1.LinkToIommu;
import dev.iommufleet.protocol.journal.v1.Entry;
import dev.iommufleet.protocol.journal.v1.HostDeviceEntry;
import java.util.List;

/** What the entity of one IOMMU, or of one host device, is told. */
public sealed interface EntityCommand {

  /** A gateway asks; the answer carries the request's correlation. */
  record Ask(EntityRequest request, ActorRef<EntityReply> replyTo) implements EntityCommand {}

  /** A device tells the IOMMU that it is, or was, attached to. */
  record ToIommu(LinkToIommu message) implements EntityCommand {}

  /** An IOMMU tells a device. */
  record ToDevice(LinkToDevice message) implements EntityCommand {}

  /** The shard wants the entity out of memory. */
  record Stop() implements EntityCommand {}

  /** What an entity tells itself; never leaves it. */
  sealed interface Private extends EntityCommand {}

  /** Time to see whether anybody still needs this entity. */
  record LookAround() implements Private {}

  /** The running request goes on. */
  record GoOn() implements Private {}

  /** The deadline of a suspended request's await has passed. */
  record DeadlinePassed(long requestEntry, int operation) implements Private {}

  /** The journal has given back the entries of a repeated request. */
  record RepeatRead(Ask ask, long entry, List<Entry> entries, Throwable failure)
      implements Private {}

  /** The same of a host device: a request is one entry. */
  record DeviceRepeatRead(Ask ask, long entry, List<HostDeviceEntry> entries, Throwable failure)
      implements Private {}

  /** The peer has not answered for a while: it is told again. */
  record TellAgain(int sourceId) implements Private {}

  /** A device-TLB invalidation that the device withholds has run into its time-out. */
  record InvalidationExpired(int sourceId, long epoch, long commandId) implements Private {}

  /** A host device goes on after a restart, before anything else. */
  record Resume() implements Private {}

  /** What paused in a host device goes on. */
  record Poll() implements Private {}

  /** Who asked this has waited long enough. */
  record WaitOver(Ask ask) implements Private {}
}
