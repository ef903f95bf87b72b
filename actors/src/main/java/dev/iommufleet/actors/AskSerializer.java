package dev.iommufleet.actors;

import akka.actor.ExtendedActorSystem;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.SerializerWithStringManifest;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.iommufleet.protocol.cluster.v1.EntityReply;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;

/** A request to an entity on another node: the message with the address of its sender. */
public final class AskSerializer extends SerializerWithStringManifest {
  /** On the wire between nodes; never changes. */
  public static final int IDENTIFIER = 71_002;

  private static final String ASK = "A1";

  private final ActorRefResolver references;

  /** Called by Akka. */
  public AskSerializer(ExtendedActorSystem system) {
    references = ActorRefResolver.get(Adapter.toTyped(system));
  }

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object message) {
    return ASK;
  }

  @Override
  public byte[] toBinary(Object message) {
    if (!(message instanceof IommuCommand.Ask(EntityRequest request, var replyTo))) {
      throw new IllegalStateException(message.getClass().getName() + " stays on its node");
    }
    return request.toBuilder()
        .setReplyTo(references.toSerializationFormat(replyTo))
        .build()
        .toByteArray();
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) {
    if (!manifest.equals(ASK)) {
      throw new IllegalStateException("manifest " + manifest + " is unknown; A1 is known");
    }
    try {
      var request = EntityRequest.parseFrom(bytes);
      return new IommuCommand.Ask(
          request.toBuilder().clearReplyTo().build(),
          references.<EntityReply>resolveActorRef(request.getReplyTo()));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(
          "a request of %d bytes is damaged".formatted(bytes.length), e);
    }
  }
}
