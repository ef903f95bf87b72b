package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.Guard;
import dev.iommufleet.hardware.device.DeviceReply.Receipt;
import dev.iommufleet.hardware.device.DeviceReply.Received;
import dev.iommufleet.hardware.link.Delivery;
import dev.iommufleet.hardware.link.Report;

/**
 * The device's end of the link to an IOMMU: what an IOMMU says as operations, and what goes back.
 * Whoever carries the messages decides nothing.
 */
public final class IommuPort {
  private IommuPort() {}

  /** {@code epoch} of the attachment that the IOMMU means. */
  public static DeviceOperation operation(long epoch, Delivery delivery) {
    return switch (delivery) {
      case Delivery.AttachAnswered d -> new DeviceOperation.AttachAnswered(epoch, d.accepted());
      case Delivery.Posted d ->
          new DeviceOperation.Receive(epoch, d.id(), d.previous(), d.command());
      case Delivery.Ended _ -> new DeviceOperation.AttachmentEnded(epoch);
      case Delivery.LossAcknowledged _ -> new DeviceOperation.LossAcknowledged(epoch);
      case Delivery.Translated d ->
          new DeviceOperation.Translated(
              epoch, d.ask(), d.generation(), d.address(), d.mask(), d.permissions());
      case Delivery.Accessed d -> new DeviceOperation.Accessed(epoch, d.ask(), d.ok(), d.data());
    };
  }

  /**
   * What goes back for one message; null: nothing does.
   *
   * @param view of the device behind the operation
   * @param iommu that said it
   * @param leaving the IOMMU waits for this device to leave anyway
   */
  public static Report answer(
      DeviceView view,
      String iommu,
      long epoch,
      boolean leaving,
      Delivery delivery,
      DeviceReply reply) {
    boolean here = view.epoch() == epoch && view.iommu().equals(iommu);
    if (isGhost(delivery, reply, here, leaving)) {
      return new Report.Lost();
    }
    return reply instanceof Received received ? received.answer() : null;
  }

  /** The IOMMU holds an attachment that is not there: it is told so. */
  @Guard(value = "ghosts-are-denied", without = "false")
  private static boolean isGhost(
      Delivery delivery, DeviceReply reply, boolean here, boolean leaving) {
    boolean elsewhere =
        reply instanceof Received(Receipt receipt, _) && receipt == Receipt.OTHER_EPOCH;
    boolean held = delivery instanceof Delivery.AttachAnswered(boolean accepted) && accepted;
    return elsewhere && !leaving || held && !here;
  }
}
