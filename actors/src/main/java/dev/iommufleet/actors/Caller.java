package dev.iommufleet.actors;

import akka.actor.typed.ActorRef;
import dev.iommufleet.protocol.api.v1.Refusal;
import dev.iommufleet.protocol.cluster.v1.EntityReply;

/** Who waits for an answer. {@code encoded}: that of Execute as bytes. */
record Caller(
    ActorRef<EntityReply> replyTo, long correlation, boolean encoded, Ownership ownership) {

  static Caller of(EntityCommand.Ask ask, EntityEnvironment environment) {
    var request = ask.request();
    return new Caller(
        ask.replyTo(), request.getCorrelation(), request.getEncodeReply(), environment.ownership());
  }

  EntityReply.Builder reply() {
    return EntityReply.newBuilder().setCorrelation(correlation);
  }

  /** What the entity knows may be out of date when it runs elsewhere: then it says nothing. [I9] */
  void tell(EntityReply.Builder reply) {
    replyTo.tell(
        ownership.certain()
            ? asWanted(reply).build()
            : reply().setRefusal(EntityRefusals.ownershipUncertain()).build());
  }

  private EntityReply.Builder asWanted(EntityReply.Builder reply) {
    return encoded && reply.hasExecute()
        ? reply.setEncodedExecute(reply.getExecute().toByteString())
        : reply;
  }

  void refuse(Refusal refusal) {
    tell(reply().setRefusal(refusal));
  }

  /** A refusal that is true whoever runs the entity. */
  void refuseAnyway(Refusal refusal) {
    replyTo.tell(reply().setRefusal(refusal).build());
  }
}
