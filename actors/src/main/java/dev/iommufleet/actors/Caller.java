package dev.iommufleet.actors;

import akka.actor.typed.ActorRef;
import dev.iommufleet.protocol.api.v1.Refusal;
import dev.iommufleet.protocol.cluster.v1.EntityReply;

/** Who waits for an answer. */
record Caller(ActorRef<EntityReply> replyTo, long correlation, Ownership ownership) {

  static Caller of(EntityCommand.Ask ask, EntityEnvironment environment) {
    return new Caller(ask.replyTo(), ask.request().getCorrelation(), environment.ownership());
  }

  EntityReply.Builder reply() {
    return EntityReply.newBuilder().setCorrelation(correlation);
  }

  /** What the entity knows may be out of date when it runs elsewhere: then it says nothing. [I9] */
  void tell(EntityReply.Builder reply) {
    replyTo.tell(
        ownership.certain()
            ? reply.build()
            : reply().setRefusal(EntityRefusals.ownershipUncertain()).build());
  }

  void refuse(Refusal refusal) {
    tell(reply().setRefusal(refusal));
  }

  /** A refusal that is true whoever runs the entity. */
  void refuseAnyway(Refusal refusal) {
    replyTo.tell(reply().setRefusal(refusal).build());
  }
}
