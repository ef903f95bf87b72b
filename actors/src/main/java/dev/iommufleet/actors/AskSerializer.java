package dev.iommufleet.actors;

import akka.actor.ExtendedActorSystem;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.SerializerWithStringManifest;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.iommufleet.protocol.cluster.v1.EntityReply;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import dev.iommufleet.protocol.cluster.v1.LinkToDevice;
import dev.iommufleet.protocol.cluster.v1.LinkToIommu;

/** What goes to an entity on another node; a request with the address of its sender. */
public final class AskSerializer extends SerializerWithStringManifest {
  /** On the wire between nodes; never changes. */
  public static final int IDENTIFIER = 71_002;

  private static final String ASK = "A1";
  private static final String TO_IOMMU = "I1";
  private static final String TO_DEVICE = "D1";

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
    return switch (message) {
      case EntityCommand.Ask _ -> ASK;
      case EntityCommand.ToIommu _ -> TO_IOMMU;
      case EntityCommand.ToDevice _ -> TO_DEVICE;
      default -> throw stays(message);
    };
  }

  private static IllegalStateException stays(Object message) {
    return new IllegalStateException(message.getClass().getName() + " stays on its node");
  }

  @Override
  public byte[] toBinary(Object message) {
    return switch (message) {
      case EntityCommand.Ask(EntityRequest request, var replyTo) ->
          request.toBuilder()
              .setReplyTo(references.toSerializationFormat(replyTo))
              .build()
              .toByteArray();
      case EntityCommand.ToIommu(var report) -> report.toByteArray();
      case EntityCommand.ToDevice(var delivery) -> delivery.toByteArray();
      default -> throw stays(message);
    };
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) {
    try {
      return switch (manifest) {
        case ASK -> ask(EntityRequest.parseFrom(bytes));
        case TO_IOMMU -> new EntityCommand.ToIommu(LinkToIommu.parseFrom(bytes));
        case TO_DEVICE -> new EntityCommand.ToDevice(LinkToDevice.parseFrom(bytes));
        default ->
            throw new IllegalStateException(
                "manifest " + manifest + " is unknown; A1, D1 and I1 are known");
      };
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(
          "a request of %d bytes is damaged".formatted(bytes.length), e);
    }
  }

  private EntityCommand.Ask ask(EntityRequest request) {
    return new EntityCommand.Ask(
        request.toBuilder().clearReplyTo().build(),
        references.<EntityReply>resolveActorRef(request.getReplyTo()));
  }
}
