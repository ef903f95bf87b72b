package dev.iommufleet.persistence.mapping;

import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.protocol.api.v1.FaultDetails;
import dev.iommufleet.protocol.api.v1.FaultDetected;
import dev.iommufleet.protocol.api.v1.FaultRecorded;
import dev.iommufleet.protocol.api.v1.InterruptEntriesInvalidated;
import dev.iommufleet.protocol.api.v1.InterruptSent;
import dev.iommufleet.protocol.api.v1.Notified;
import dev.iommufleet.protocol.api.v1.PageGroupResponded;
import dev.iommufleet.protocol.api.v1.QueueErrorRaised;
import dev.iommufleet.protocol.api.v1.WalkCut;

/** {@link Fact.Outcome} facts to and from their messages. */
final class Outcomes {
  private Outcomes() {}

  static dev.iommufleet.protocol.api.v1.Fact write(Fact.Outcome fact) {
    var message = dev.iommufleet.protocol.api.v1.Fact.newBuilder();
    return switch (fact) {
      case Fact.FaultDetected it -> message.setFaultDetected(write(it)).build();
      case Fact.FaultRecorded it -> message.setFaultRecorded(write(it)).build();
      case Fact.InterruptSent it -> message.setInterruptSent(write(it)).build();
      case Fact.Notified it -> message.setNotified(write(it)).build();
      case Fact.PageGroupResponded it -> message.setPageGroupResponded(write(it)).build();
      case Fact.InterruptEntriesInvalidated it ->
          message.setInterruptEntriesInvalidated(write(it)).build();
      case Fact.QueueErrorRaised it -> message.setQueueErrorRaised(write(it)).build();
      case Fact.WalkCut it -> message.setWalkCut(write(it)).build();
      case Fact.BindingLimitReached it ->
          message.setBindingLimitReached(DeviceFacts.write(it)).build();
    };
  }

  private static FaultDetected write(Fact.FaultDetected fact) {
    return FaultDetected.newBuilder()
        .setOutcome(FactValues.write(fact.outcome()))
        .setDetails(write(fact.details()))
        .build();
  }

  static Fact.FaultDetected read(FaultDetected message) {
    return new Fact.FaultDetected(
        FactValues.read(message.getOutcome()), read(message.getDetails()));
  }

  private static FaultRecorded write(Fact.FaultRecorded fact) {
    return FaultRecorded.newBuilder()
        .setOutcome(FactValues.write(fact.outcome()))
        .setIndex(fact.index())
        .setHigh(fact.high())
        .setLow(fact.low())
        .build();
  }

  static Fact.FaultRecorded read(FaultRecorded message) {
    return new Fact.FaultRecorded(
        FactValues.read(message.getOutcome()),
        Fields.count("index", message.getIndex()),
        message.getHigh(),
        message.getLow());
  }

  private static InterruptSent write(Fact.InterruptSent fact) {
    return InterruptSent.newBuilder()
        .setCause(FactValues.write(fact.cause()))
        .setAddress(fact.address())
        .setData(fact.data())
        .build();
  }

  static Fact.InterruptSent read(InterruptSent message) {
    return new Fact.InterruptSent(
        FactValues.read(message.getCause()), message.getAddress(), message.getData());
  }

  private static Notified write(Fact.Notified fact) {
    var message =
        Notified.newBuilder()
            .setReason(FactValues.write(fact.reason()))
            .setType(FactValues.write(fact.type()))
            .setSourceId(fact.sourceId())
            .setIova(fact.iova())
            .setAddress(fact.address())
            .setMask(fact.mask())
            .setPermissions(fact.permissions())
            .setDelivered(fact.delivered());
    if (fact.spacePasid() != Access.NO_PASID) {
      message.setSpacePasid(fact.spacePasid());
    }
    if (fact.pasid() != Access.NO_PASID) {
      message.setPasid(fact.pasid());
    }
    return message.build();
  }

  static Fact.Notified read(Notified message) {
    return new Fact.Notified(
        FactValues.read(message.getReason()),
        FactValues.read(message.getType()),
        Fields.sourceId(message.getSourceId()),
        Fields.pasid(message.hasSpacePasid(), message.getSpacePasid()),
        message.getIova(),
        message.getAddress(),
        message.getMask(),
        Fields.bits("permissions", message.getPermissions(), 4),
        Fields.pasid(message.hasPasid(), message.getPasid()),
        Fields.count("delivered", message.getDelivered()));
  }

  private static PageGroupResponded write(Fact.PageGroupResponded fact) {
    var message =
        PageGroupResponded.newBuilder()
            .setSourceId(fact.sourceId())
            .setGroupIndex(fact.groupIndex())
            .setCode(fact.code())
            .setDelivered(fact.delivered());
    if (fact.pasid() != Access.NO_PASID) {
      message.setPasid(fact.pasid());
    }
    return message.build();
  }

  static Fact.PageGroupResponded read(PageGroupResponded message) {
    return new Fact.PageGroupResponded(
        Fields.sourceId(message.getSourceId()),
        Fields.pasid(message.hasPasid(), message.getPasid()),
        Fields.bits("group index", message.getGroupIndex(), 9),
        Fields.bits("code", message.getCode(), 4),
        message.getDelivered());
  }

  private static InterruptEntriesInvalidated write(Fact.InterruptEntriesInvalidated fact) {
    return InterruptEntriesInvalidated.newBuilder()
        .setGlobal(fact.global())
        .setIndex(fact.index())
        .setMask(fact.mask())
        .build();
  }

  static Fact.InterruptEntriesInvalidated read(InterruptEntriesInvalidated message) {
    return new Fact.InterruptEntriesInvalidated(
        message.getGlobal(),
        Fields.bits("index", message.getIndex(), 16),
        Fields.bits("mask", message.getMask(), 5));
  }

  private static QueueErrorRaised write(Fact.QueueErrorRaised fact) {
    return QueueErrorRaised.newBuilder().setHead(fact.head()).setInfo(fact.info()).build();
  }

  static Fact.QueueErrorRaised read(QueueErrorRaised message) {
    return new Fact.QueueErrorRaised(
        Fields.count("head", message.getHead()), Fields.bits("info", message.getInfo(), 4));
  }

  private static FaultDetails write(Fact.FaultDetails fact) {
    var message =
        FaultDetails.newBuilder()
            .setInterrupt(fact.interrupt())
            .setReason(fact.reason())
            .setSourceId(fact.sourceId())
            .setAddress(fact.address())
            .setWrite(fact.write())
            .setPasidPresent(fact.pasidPresent())
            .setFpd(fact.fpd())
            .setQualified(fact.qualified())
            .setIndex(fact.index());
    if (fact.pasid() != Access.NO_PASID) {
      message.setPasid(fact.pasid());
    }
    return message.build();
  }

  static Fact.FaultDetails read(FaultDetails message) {
    return new Fact.FaultDetails(
        message.getInterrupt(),
        Fields.bits("reason", message.getReason(), 8),
        Fields.sourceId(message.getSourceId()),
        message.getAddress(),
        message.getWrite(),
        message.getPasidPresent(),
        Fields.pasid(message.hasPasid(), message.getPasid()),
        message.getFpd(),
        message.getQualified(),
        Fields.bits("index", message.getIndex(), 16));
  }

  private static WalkCut write(Fact.WalkCut fact) {
    var message = WalkCut.newBuilder().setSourceId(fact.sourceId()).setIova(fact.iova());
    if (fact.pasid() != Access.NO_PASID) {
      message.setPasid(fact.pasid());
    }
    return message.build();
  }

  static Fact.WalkCut read(WalkCut message) {
    return new Fact.WalkCut(
        Fields.sourceId(message.getSourceId()),
        Fields.pasid(message.hasPasid(), message.getPasid()),
        message.getIova());
  }
}
