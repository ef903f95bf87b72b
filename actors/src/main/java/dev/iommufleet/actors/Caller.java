package dev.iommufleet.actors;

import akka.actor.typed.ActorRef;
import dev.iommufleet.protocol.api.v1.Refusal;
import dev.iommufleet.protocol.cluster.v1.EntityReply;

/** Who waits for an answer. */
record Caller(ActorRef<EntityReply> replyTo, long correlation) {

  static Caller of(EntityCommand.Ask ask) {
    return new Caller(ask.replyTo(), ask.request().getCorrelation());
  }

  EntityReply.Builder reply() {
    return EntityReply.newBuilder().setCorrelation(correlation);
  }

  void tell(EntityReply.Builder reply) {
    replyTo.tell(reply.build());
  }

  void refuse(Refusal refusal) {
    tell(reply().setRefusal(refusal));
  }
}
