package dev.iommufleet.actors;

import akka.persistence.typed.javadsl.Effect;
import dev.iommufleet.hardware.link.Report;
import dev.iommufleet.hardware.vtd.DeviceLink;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.persistence.journal.EntityIds;
import dev.iommufleet.persistence.mapping.MalformedException;
import dev.iommufleet.persistence.mapping.Reports;
import dev.iommufleet.protocol.cluster.v1.LinkToIommu;
import dev.iommufleet.protocol.journal.v1.PeerMessage;
import dev.iommufleet.protocol.journal.v1.TimerFired;
import java.time.Duration;
import java.util.List;

/** Lets the hardware execute what devices of the fleet report. */
final class DeviceReports {
  private final IommuEntity entity;
  private final DeviceLinks links;
  private final Requests requests;

  DeviceReports(IommuEntity entity, DeviceLinks links, Requests requests) {
    this.entity = entity;
    this.links = links;
    this.requests = requests;
  }

  Effect<IommuEvent, EntityState<Incarnation>> report(Incarnation it, LinkToIommu message) {
    Report report;
    try {
      report = Reports.read(message.getReport());
    } catch (MalformedException e) {
      entity.context.getLog().warn("{} cannot read a report: {}", entity.name, e.getMessage());
      return entity.done();
    }
    links.heard(it, message);
    boolean holds = links.isHolder(it, message);
    if (holds && report instanceof Report.Question question) {
      var settled = it.peers.find(message.getSourceId()).settled(question.ask());
      if (settled.isPresent()) {
        links.answerSettled(it, message, question, settled.get());
        return entity.done();
      }
    }
    int sourceId = message.getSourceId();
    if (holds && report instanceof Report.Withheld withheld) {
      arm(it, sourceId, withheld.id());
      return entity.done();
    }
    var operations =
        DeviceLink.operations(it.iommu.view(), sourceId, message.getEpoch(), holds, report);
    if (!operations.isEmpty()) {
      return execute(it, message, report, operations);
    }
    links.answer(it, message, report);
    return entity.done();
  }

  private Effect<IommuEvent, EntityState<Incarnation>> execute(
      Incarnation it, LinkToIommu message, Report report, List<Operation> operations) {
    var refusal = it.iommu.refusal(operations);
    if (refusal.isPresent()) {
      entity.context.getLog().warn("{} refuses {}: {}", entity.name, operations, refusal.get());
      return entity.done();
    }
    var run = Run.own(operations);
    run.report = message;
    run.peer =
        PeerMessage.newBuilder()
            .setPersistenceId(EntityIds.devicePersistenceId(message.getDeviceId()))
            .setSequenceNumber(message.getSequenceNumber())
            .setIndex(message.getIndex())
            .setAsk(report instanceof Report.Question question ? question.ask() : 0)
            .build();
    return requests.advance(it, run);
  }

  // ---- time-out ----------------------------------------------------------------------------

  /** The device has the command and was told to be late or silent about it. [INV-2.6] */
  private void arm(Incarnation it, int sourceId, long commandId) {
    var peer = it.peers.find(sourceId);
    boolean open = it.iommu.view().unanswered(sourceId).stream().anyMatch(c -> c.id() == commandId);
    if (open && !peer.withheld.contains(commandId)) {
      peer.withheld.add(commandId);
      entity.timers.startSingleTimer(
          "invalidation-%d-%d".formatted(sourceId, commandId),
          new EntityCommand.InvalidationExpired(sourceId, peer.epoch, commandId),
          timeout(it));
    }
  }

  /** The IOMMU's own; one that was made before it could have its own has the node's. */
  private Duration timeout(Incarnation it) {
    return Duration.ofMillis(
        it.config.hasTimeouts()
            ? it.config.getTimeouts().getDeviceTlbMillis()
            : entity.environment.settings().links().invalidationTimeoutMillis());
  }

  Effect<IommuEvent, EntityState<Incarnation>> expire(
      Incarnation it, EntityCommand.InvalidationExpired expired) {
    int sourceId = expired.sourceId();
    var view = it.iommu.view();
    boolean open =
        view.isAttached(sourceId, expired.epoch())
            && view.unanswered(sourceId).stream().anyMatch(c -> c.id() == expired.commandId());
    if (!open) {
      return entity.done();
    }
    var run = Run.own(List.of(new Operation.ExpireInvalidations(sourceId)));
    run.timer =
        TimerFired.newBuilder()
            .setName("invalidation-timeout")
            .setPosition(Math.max(0, it.iommu.parkedPosition()))
            .setIncarnation(it.number)
            .build();
    return requests.advance(it, run);
  }
}
