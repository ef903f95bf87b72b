package dev.iommufleet.actors;

import dev.iommufleet.actors.AttachedPeers.Peer;
import dev.iommufleet.hardware.link.Delivery;
import dev.iommufleet.hardware.link.Report;
import dev.iommufleet.hardware.vtd.DeviceLink;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.persistence.mapping.Deliveries;
import dev.iommufleet.persistence.mapping.Replies;
import dev.iommufleet.persistence.mapping.Reports;
import dev.iommufleet.protocol.api.v1.AttachOutcome;
import dev.iommufleet.protocol.api.v1.RefusalCode;
import dev.iommufleet.protocol.cluster.v1.LinkToDevice;
import dev.iommufleet.protocol.cluster.v1.LinkToIommu;
import java.util.List;
import java.util.Map;

/**
 * The IOMMU's end of the links to devices of the fleet: who is told what, and when again. What is
 * told follows from the state; nothing is told before it is in the journal.
 */
final class DeviceLinks {
  private final IommuEntity entity;
  private final Peers peers;
  private final Resending resending;

  DeviceLinks(IommuEntity entity) {
    this.entity = entity;
    this.peers = entity.environment.peers();
    this.resending = entity.environment.settings().links().resending();
  }

  // ---- commands ----------------------------------------------------------------------------

  /** What is in the journal by now and was not told. */
  void tellNew(Incarnation it) {
    for (var gone : it.peers.takeEnded()) {
      entity.timers.cancel(timer(gone.sourceId));
      tell(it, gone.deviceId, message(new Delivery.Ended(), gone.sourceId, gone.epoch));
    }
    it.peers.all().forEach(peer -> tell(it, peer, peer.told));
  }

  /** After a restart: everything that is not answered. */
  void resume(Incarnation it) {
    it.peers.takeEnded();
    tellNew(it);
  }

  /** The device has not answered for a while. */
  void tellAgain(Incarnation it, int sourceId) {
    var peer = it.peers.find(sourceId);
    if (peer != null) {
      peer.attempts++;
      tell(it, peer, 0);
    }
  }

  /** Commands that are not answered, from the one behind {@code after} on, and not too many. */
  private void tell(Incarnation it, Peer peer, long after) {
    var unanswered = it.iommu.view().unanswered(peer.sourceId);
    if (unanswered.isEmpty()) {
      peer.origins.clear();
      entity.timers.cancel(timer(peer.sourceId));
      return;
    }
    for (var command : unanswered.subList(0, Math.min(Resending.WINDOW, unanswered.size()))) {
      if (command.id() > after) {
        var posted = new Delivery.Posted(command.id(), command.previous(), command.command());
        var origin =
            peer.origins.getOrDefault(command.id(), new AttachedPeers.Origin(it.sequenceNumber, 0));
        entity.context.getLog().trace("{} tells {} {}", entity.name, peer.deviceId, posted);
        peers.tellDevice(
            peer.deviceId,
            message(posted, peer.sourceId, peer.epoch)
                .setIommuId(it.id)
                .setSequenceNumber(origin.sequenceNumber())
                .setIndex(origin.index())
                .setLeaving(isLeaving(it, peer))
                .build());
        peer.told = Math.max(peer.told, command.id());
      }
    }
    boolean again = after == 0;
    if (again || !entity.timers.isTimerActive(timer(peer.sourceId))) {
      entity.timers.startSingleTimer(
          timer(peer.sourceId),
          new EntityCommand.TellAgain(peer.sourceId),
          resending.pause(peer.attempts));
    }
  }

  private static boolean isLeaving(Incarnation it, Peer peer) {
    return it.iommu.view().devices().stream()
        .anyMatch(device -> device.sourceId() == peer.sourceId && device.detaching());
  }

  private static String timer(int sourceId) {
    return "link-" + sourceId;
  }

  // ---- reports -----------------------------------------------------------------------------

  /** Whether the report comes from the device that holds this attachment. */
  boolean isHolder(Incarnation it, LinkToIommu report) {
    var peer = it.peers.find(report.getSourceId());
    return peer != null
        && peer.epoch == report.getEpoch()
        && peer.deviceId.equals(report.getDeviceId());
  }

  /** The device runs. */
  void heard(Incarnation it, LinkToIommu report) {
    if (isHolder(it, report)) {
      it.peers.find(report.getSourceId()).attempts = 0;
    }
  }

  /** What goes back for a report that was executed. */
  void answer(Incarnation it, Run run) {
    if (run.report == null || run.replies.isEmpty()) {
      return;
    }
    var report = Reports.read(run.report.getReport());
    int sourceId = run.report.getSourceId();
    var reply = Replies.read(run.replies.getLast());
    var answer = DeviceLink.answer(report, reply, it.iommu.view().generation(sourceId));
    if (answer != null) {
      var message = message(answer, sourceId, run.report.getEpoch());
      if (message.hasAttachAnswered() && run.replies.getLast().hasAttachAnswer()) {
        var said = run.replies.getLast().getAttachAnswer();
        message
            .getAttachAnsweredBuilder()
            .setOutcome(said.getOutcome())
            .setWanted(said.getWanted())
            .setOffered(said.getOffered());
      }
      tell(it, run.report.getDeviceId(), message);
    }
    tellNew(it);
  }

  /** What goes back for a report that needs nothing executed. */
  void answer(Incarnation it, LinkToIommu message, Report report) {
    var answer = DeviceLink.answer(report, null, 0);
    if (answer == null) {
      return;
    }
    var told = message(answer, message.getSourceId(), message.getEpoch());
    if (told.hasAttachAnswered()) {
      // Another device, or a client, holds this attachment.
      told.getAttachAnsweredBuilder().setOutcome(AttachOutcome.ATTACH_OUTCOME_ALREADY_ATTACHED);
    }
    tell(it, message.getDeviceId(), told);
  }

  /** The question was answered before; whether the answer arrived is unknown. */
  void answerSettled(Incarnation it, LinkToIommu message, Report.Question question, boolean ok) {
    tell(
        it,
        message.getDeviceId(),
        message(
            new Delivery.Accessed(question.ask(), ok, new byte[0]),
            message.getSourceId(),
            message.getEpoch()));
  }

  private void tell(Incarnation it, String deviceId, LinkToDevice.Builder message) {
    peers.tellDevice(
        deviceId, message.setIommuId(it.id).setSequenceNumber(it.sequenceNumber).build());
  }

  private static LinkToDevice.Builder message(Delivery delivery, int sourceId, long epoch) {
    return Deliveries.write(delivery).setSourceId(sourceId).setEpoch(epoch);
  }

  /** An IOMMU that is not there accepts nobody and holds nobody. */
  void tellGone(String iommuId, LinkToIommu message) {
    var delivery =
        switch (message.getReport().getKindCase()) {
          case ATTACH -> new Delivery.AttachAnswered(false);
          case LOST -> new Delivery.LossAcknowledged();
          default -> new Delivery.Ended();
        };
    peers.tellDevice(
        message.getDeviceId(),
        message(delivery, message.getSourceId(), message.getEpoch()).setIommuId(iommuId).build());
  }

  // ---- clients -----------------------------------------------------------------------------

  /**
   * What a device of the fleet says comes from its entity alone.
   *
   * @throws RefusedException PLAYED_BY_HOST_DEVICE
   */
  void refusePlayed(Incarnation it, List<Operation> operations) {
    if (it.peers.all().isEmpty()) {
      return;
    }
    for (var operation : operations) {
      var peer = it.peers.find(played(operation));
      if (peer != null) {
        throw new RefusedException(
            Refusals.of(
                RefusalCode.REFUSAL_CODE_PLAYED_BY_HOST_DEVICE,
                "host device '%s' plays function %#06x; use its own operations"
                    .formatted(peer.deviceId, peer.sourceId),
                Map.of("device_id", peer.deviceId, "source_id", Integer.toString(peer.sourceId))));
      }
    }
  }

  /** The function that the operation speaks for; -1: none. */
  private static int played(Operation operation) {
    return switch (operation) {
      case Operation.AttachFunction o -> o.sourceId();
      case Operation.DetachFunction o -> o.sourceId();
      case Operation.CompleteInvalidation o -> o.sourceId();
      case Operation.ExpireInvalidations o -> o.sourceId();
      case Operation.AttachDevice o -> o.sourceId();
      case Operation.DetachDevice o -> o.sourceId();
      case Operation.DeviceLost o -> o.sourceId();
      case Operation.AnswerCommand o -> o.sourceId();
      case Operation.DevicePageRequest o -> o.sourceId();
      default -> -1;
    };
  }
}
