package dev.iommufleet.actors;

import akka.persistence.typed.javadsl.Effect;
import dev.iommufleet.hardware.device.IommuPort;
import dev.iommufleet.hardware.link.Delivery;
import dev.iommufleet.hardware.link.Report;
import dev.iommufleet.persistence.journal.EntityIds;
import dev.iommufleet.persistence.mapping.Deliveries;
import dev.iommufleet.persistence.mapping.MalformedException;
import dev.iommufleet.persistence.mapping.Reports;
import dev.iommufleet.protocol.cluster.v1.LinkToDevice;
import dev.iommufleet.protocol.cluster.v1.LinkToIommu;
import dev.iommufleet.protocol.journal.v1.HostDeviceCause;
import dev.iommufleet.protocol.journal.v1.PeerMessage;

/** A device's end of the link to the IOMMU that it is, or was, attached to. */
final class IommuLink {
  private static final String TIMER = "link";

  private final HostDeviceEntity entity;
  private final Peers peers;
  private final Resending resending;

  IommuLink(HostDeviceEntity entity) {
    this.entity = entity;
    this.peers = entity.environment.peers();
    this.resending = entity.environment.settings().links().resending();
  }

  // ---- to the IOMMU ------------------------------------------------------------------------

  /** What the operation reported; it is in the journal by now, if it had to be. */
  void tell(DeviceIncarnation it, DeviceStep step, boolean journaled) {
    for (var told : step.reports) {
      var reported = told.report();
      tell(
          it,
          reported.iommu(),
          message(reported.report(), reported.sourceId(), reported.epoch())
              .setIndex(journaled ? told.index() : 0));
    }
    arm(it);
  }

  /** The IOMMU has not answered for a while, or the device has started again. */
  void tellAgain(DeviceIncarnation it) {
    it.attempts++;
    tellOwed(it);
    entity.timers.cancel(TIMER);
    arm(it);
  }

  /** Everything that is not settled, and not too many. */
  void tellOwed(DeviceIncarnation it) {
    it.device.view().owed().stream()
        .limit(Resending.WINDOW)
        .forEach(
            owed -> tell(it, owed.iommu(), message(owed.report(), owed.sourceId(), owed.epoch())));
  }

  private void arm(DeviceIncarnation it) {
    boolean owes = !it.device.view().owed().isEmpty();
    if (!owes) {
      it.attempts = 0;
      entity.timers.cancel(TIMER);
    } else if (!entity.timers.isTimerActive(TIMER)) {
      entity.timers.startSingleTimer(
          TIMER, new EntityCommand.TellAgain(0), resending.pause(it.attempts));
    }
  }

  private void tell(DeviceIncarnation it, String iommuId, LinkToIommu.Builder message) {
    peers.tellIommu(
        iommuId, message.setDeviceId(it.id).setSequenceNumber(it.sequenceNumber).build());
  }

  private static LinkToIommu.Builder message(Report report, int sourceId, long epoch) {
    return LinkToIommu.newBuilder()
        .setSourceId(sourceId)
        .setEpoch(epoch)
        .setReport(Reports.write(report));
  }

  // ---- from the IOMMU ----------------------------------------------------------------------

  Effect<DeviceEvent, EntityState<DeviceIncarnation>> deliver(
      DeviceIncarnation it, LinkToDevice message, DeviceRequests requests) {
    Delivery delivery;
    try {
      delivery = Deliveries.read(message);
    } catch (MalformedException e) {
      entity
          .context
          .getLog()
          .warn("{} cannot read what an IOMMU tells: {}", entity.name, e.getMessage());
      return entity.done();
    }
    it.attempts = 0;
    var cause = HostDeviceCause.newBuilder().setPeer(sender(message));
    if (message.hasAttachAnswered()) {
      var said = message.getAttachAnswered();
      cause
          .setAttachOutcome(said.getOutcome())
          .setAttachWanted(said.getWanted())
          .setAttachOffered(said.getOffered());
    }
    var step = DeviceStep.run(it.device, IommuPort.operation(message.getEpoch(), delivery));
    return requests.write(it, step, cause, () -> answer(it, message, delivery, step));
  }

  private static PeerMessage sender(LinkToDevice message) {
    return PeerMessage.newBuilder()
        .setPersistenceId(EntityIds.persistenceId(message.getIommuId()))
        .setSequenceNumber(message.getSequenceNumber())
        .setIndex(message.getIndex())
        .build();
  }

  /** What goes back for one message; an IOMMU that holds what is not there is told so. */
  private void answer(
      DeviceIncarnation it, LinkToDevice message, Delivery delivery, DeviceStep step) {
    var answer =
        IommuPort.answer(
            it.device.view(),
            message.getIommuId(),
            message.getEpoch(),
            message.getLeaving(),
            delivery,
            step.reply);
    if (answer != null) {
      tell(it, message.getIommuId(), message(answer, message.getSourceId(), message.getEpoch()));
    }
  }
}
