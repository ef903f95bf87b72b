package dev.iommufleet.actors;

import akka.actor.typed.ActorRef;
import dev.iommufleet.protocol.cluster.v1.EntityReply;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import dev.iommufleet.protocol.journal.v1.Entry;
import java.util.List;

/** What the entity of one IOMMU is told. */
public sealed interface IommuCommand {

  /** A gateway asks; the answer carries the request's correlation. */
  record Ask(EntityRequest request, ActorRef<EntityReply> replyTo) implements IommuCommand {}

  /** The shard wants the entity out of memory. */
  record Stop() implements IommuCommand {}

  /** What an entity tells itself; never leaves it. */
  sealed interface Private extends IommuCommand {}

  /** Time to see whether anybody still needs this entity. */
  record LookAround() implements Private {}

  /** The running request goes on. */
  record GoOn() implements Private {}

  /** The deadline of a suspended request's await has passed. */
  record DeadlinePassed(long requestEntry, int operation) implements Private {}

  /** The journal has given back the entries of a repeated request. */
  record RepeatRead(Ask ask, long entry, List<Entry> entries, Throwable failure)
      implements Private {}
}
