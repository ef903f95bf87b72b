package dev.iommufleet.persistence.mapping;

import dev.iommufleet.hardware.link.Delivery;
import dev.iommufleet.protocol.cluster.v1.LinkToDevice;

/** What an IOMMU tells a device to and from the message that carries it. */
public final class Deliveries {
  private static final int PERMISSION_BITS = 4;

  private Deliveries() {}

  /** The rest of the message is the caller's. */
  public static LinkToDevice.Builder write(Delivery delivery) {
    var message = LinkToDevice.newBuilder();
    switch (delivery) {
      case Delivery.AttachAnswered(boolean accepted) ->
          message.getAttachAnsweredBuilder().setAccepted(accepted);
      case Delivery.Posted(long id, long previous, var command) ->
          message
              .getPostedBuilder()
              .setId(id)
              .setPrevious(previous)
              .setCommand(Links.write(command));
      case Delivery.Ended() -> message.getEndedBuilder();
      case Delivery.LossAcknowledged() -> message.getLossAcknowledgedBuilder();
      case Delivery.Translated it -> write(it, message.getTranslatedBuilder());
      case Delivery.Accessed it -> write(it, message.getAccessedBuilder());
    }
    return message;
  }

  /**
   * @throws MalformedException unknown kind, or a number wider than its field
   */
  public static Delivery read(LinkToDevice message) {
    return switch (message.getDeliveryCase()) {
      case ATTACH_ANSWERED ->
          new Delivery.AttachAnswered(message.getAttachAnswered().getAccepted());
      case POSTED -> read(message.getPosted());
      case ENDED -> new Delivery.Ended();
      case LOSS_ACKNOWLEDGED -> new Delivery.LossAcknowledged();
      case TRANSLATED -> read(message.getTranslated());
      case ACCESSED -> read(message.getAccessed());
      case DELIVERY_NOT_SET -> throw Fields.unknownKind("a delivery");
    };
  }

  private static Delivery.Posted read(LinkToDevice.Posted m) {
    return new Delivery.Posted(m.getId(), m.getPrevious(), Links.read(m.getCommand()));
  }

  private static void write(Delivery.Translated it, LinkToDevice.Translated.Builder message) {
    message
        .setAsk(it.ask())
        .setGeneration(it.generation())
        .setAddress(it.address())
        .setMask(it.mask())
        .setPermissions(it.permissions());
  }

  private static Delivery.Translated read(LinkToDevice.Translated m) {
    return new Delivery.Translated(
        m.getAsk(),
        m.getGeneration(),
        m.getAddress(),
        m.getMask(),
        Fields.bits("permissions", m.getPermissions(), PERMISSION_BITS));
  }

  private static void write(Delivery.Accessed it, LinkToDevice.Accessed.Builder message) {
    message.setAsk(it.ask()).setOk(it.ok());
    if (it.data() != null) {
      message.setData(Operations.bytes(it.data()));
    }
  }

  private static Delivery.Accessed read(LinkToDevice.Accessed m) {
    return new Delivery.Accessed(
        m.getAsk(), m.getOk(), m.hasData() ? m.getData().toByteArray() : null);
  }
}
