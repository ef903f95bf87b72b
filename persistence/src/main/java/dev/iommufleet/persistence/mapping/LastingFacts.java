package dev.iommufleet.persistence.mapping;

import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.protocol.api.v1.AddressSpaceAdded;
import dev.iommufleet.protocol.api.v1.AddressSpaceSwitched;
import dev.iommufleet.protocol.api.v1.FunctionAttached;
import dev.iommufleet.protocol.api.v1.FunctionDetached;
import dev.iommufleet.protocol.api.v1.InvalidationEnded;
import dev.iommufleet.protocol.api.v1.InvalidationSent;
import dev.iommufleet.protocol.api.v1.LatchChanged;
import dev.iommufleet.protocol.api.v1.MemoryRangeSet;
import dev.iommufleet.protocol.api.v1.MemoryWritten;
import dev.iommufleet.protocol.api.v1.NotifierRegistered;
import dev.iommufleet.protocol.api.v1.PageResponseListenerRegistered;
import dev.iommufleet.protocol.api.v1.PasidEntryCached;
import dev.iommufleet.protocol.api.v1.PasidEntryDropped;
import dev.iommufleet.protocol.api.v1.PayloadWritten;
import dev.iommufleet.protocol.api.v1.RegistersChanged;
import dev.iommufleet.protocol.api.v1.ShadowMapped;
import dev.iommufleet.protocol.api.v1.ShadowUnmapped;
import dev.iommufleet.protocol.api.v1.WaitEnded;
import dev.iommufleet.protocol.api.v1.WaitPended;

/** {@link Fact.Lasting} facts to and from their messages. */
final class LastingFacts {
  private LastingFacts() {}

  static dev.iommufleet.protocol.api.v1.Fact write(Fact.Lasting fact) {
    var message = dev.iommufleet.protocol.api.v1.Fact.newBuilder();
    return switch (fact) {
      case Fact.RegistersChanged changed -> message.setRegistersChanged(write(changed)).build();
      case Fact.LatchChanged it -> message.setLatchChanged(write(it)).build();
      case Fact.MemoryWritten it -> message.setMemoryWritten(write(it)).build();
      case Fact.PayloadWritten it -> message.setPayloadWritten(write(it)).build();
      case Fact.MemoryRangeSet it -> message.setMemoryRangeSet(write(it)).build();
      case Fact.AddressSpaceAdded it -> message.setAddressSpaceAdded(write(it)).build();
      case Fact.AddressSpaceSwitched it -> message.setAddressSpaceSwitched(write(it)).build();
      case Fact.NotifierRegistered it -> message.setNotifierRegistered(write(it)).build();
      case Fact.PageResponseListenerRegistered it ->
          message.setPageResponseListenerRegistered(write(it)).build();
      case Fact.PasidEntryCached it -> message.setPasidEntryCached(write(it)).build();
      case Fact.PasidEntryDropped it -> message.setPasidEntryDropped(write(it)).build();
      case Fact.ShadowMapped it -> message.setShadowMapped(write(it)).build();
      case Fact.ShadowUnmapped it -> message.setShadowUnmapped(write(it)).build();
      case Fact.FunctionAttached it -> message.setFunctionAttached(write(it)).build();
      case Fact.FunctionDetached it -> message.setFunctionDetached(write(it)).build();
      case Fact.InvalidationSent it -> message.setInvalidationSent(write(it)).build();
      case Fact.InvalidationEnded it -> message.setInvalidationEnded(write(it)).build();
      case Fact.WaitPended it -> message.setWaitPended(write(it)).build();
      case Fact.WaitEnded it -> message.setWaitEnded(write(it)).build();
      case Fact.DeviceAttached it -> message.setDeviceAttached(DeviceFacts.write(it)).build();
      case Fact.DeviceDetaching it -> message.setDeviceDetaching(DeviceFacts.write(it)).build();
      case Fact.DeviceDetached it -> message.setDeviceDetached(DeviceFacts.write(it)).build();
      case Fact.CommandPosted it -> message.setCommandPosted(DeviceFacts.write(it)).build();
      case Fact.CommandFailed it -> message.setCommandFailed(DeviceFacts.write(it)).build();
      case Fact.CommandsEnded it -> message.setCommandsEnded(DeviceFacts.write(it)).build();
      case Fact.DeviceRequestTaken it ->
          message.setDeviceRequestTaken(DeviceFacts.write(it)).build();
      case Fact.PageGroupOpened it -> message.setPageGroupOpened(DeviceFacts.write(it)).build();
      case Fact.PageGroupClosed it -> message.setPageGroupClosed(DeviceFacts.write(it)).build();
      case Fact.BindingKept it -> message.setBindingKept(DeviceFacts.write(it)).build();
      case Fact.LinkKept it -> message.setLinkKept(DeviceFacts.write(it)).build();
    };
  }

  private static RegistersChanged write(Fact.RegistersChanged fact) {
    return RegistersChanged.newBuilder()
        .addAllOffsets(Fields.ints(fact.offsets()))
        .addAllValues(Fields.ints(fact.values()))
        .build();
  }

  static Fact.RegistersChanged read(RegistersChanged message) {
    if (message.getOffsetsCount() != message.getValuesCount()) {
      throw new MalformedException(
          MalformedException.Code.OUT_OF_RANGE,
          "%d register offsets have %d values"
              .formatted(message.getOffsetsCount(), message.getValuesCount()));
    }
    return new Fact.RegistersChanged(
        Fields.ints(message.getOffsetsList()), Fields.ints(message.getValuesList()));
  }

  static LatchChanged write(Fact.LatchChanged fact) {
    return LatchChanged.newBuilder()
        .setLatch(ConfigValues.write(fact.latch()))
        .setValue(fact.value())
        .build();
  }

  static Fact.LatchChanged read(LatchChanged message) {
    return new Fact.LatchChanged(ConfigValues.read(message.getLatch()), message.getValue());
  }

  private static MemoryWritten write(Fact.MemoryWritten fact) {
    return MemoryWritten.newBuilder()
        .setKind(FactValues.write(fact.kind()))
        .setAddress(fact.address())
        .setData(Operations.bytes(fact.bytes()))
        .setFailed(fact.failed())
        .build();
  }

  static Fact.MemoryWritten read(MemoryWritten message) {
    return new Fact.MemoryWritten(
        FactValues.read(message.getKind()),
        message.getAddress(),
        message.getData().toByteArray(),
        message.getFailed());
  }

  private static PayloadWritten write(Fact.PayloadWritten fact) {
    return PayloadWritten.newBuilder()
        .setAddress(fact.address())
        .setData(Operations.bytes(fact.bytes()))
        .build();
  }

  static Fact.PayloadWritten read(PayloadWritten message) {
    if (message.getLength() != 0) {
      throw new MalformedException(
          MalformedException.Code.OUT_OF_RANGE,
          "a fact refers to the data of its operation, which is not at hand");
    }
    return new Fact.PayloadWritten(message.getAddress(), message.getData().toByteArray());
  }

  private static MemoryRangeSet write(Fact.MemoryRangeSet fact) {
    return MemoryRangeSet.newBuilder()
        .setAddress(fact.address())
        .setLength(fact.length())
        .setKind(BusValues.write(fact.kind()))
        .build();
  }

  static Fact.MemoryRangeSet read(MemoryRangeSet message) {
    return new Fact.MemoryRangeSet(
        message.getAddress(), message.getLength(), BusValues.read(message.getKind()));
  }

  private static AddressSpaceAdded write(Fact.AddressSpaceAdded fact) {
    var message = AddressSpaceAdded.newBuilder().setSourceId(fact.sourceId());
    if (fact.pasid() != Access.NO_PASID) {
      message.setPasid(fact.pasid());
    }
    return message.build();
  }

  static Fact.AddressSpaceAdded read(AddressSpaceAdded message) {
    return new Fact.AddressSpaceAdded(
        Fields.sourceId(message.getSourceId()),
        Fields.pasid(message.hasPasid(), message.getPasid()));
  }

  private static AddressSpaceSwitched write(Fact.AddressSpaceSwitched fact) {
    var message =
        AddressSpaceSwitched.newBuilder()
            .setSourceId(fact.sourceId())
            .setTranslated(fact.translated())
            .setPassThrough(fact.passThrough())
            .setWindowFaults(fact.windowFaults());
    if (fact.pasid() != Access.NO_PASID) {
      message.setPasid(fact.pasid());
    }
    return message.build();
  }

  static Fact.AddressSpaceSwitched read(AddressSpaceSwitched message) {
    return new Fact.AddressSpaceSwitched(
        Fields.sourceId(message.getSourceId()),
        Fields.pasid(message.hasPasid(), message.getPasid()),
        message.getTranslated(),
        message.getPassThrough(),
        message.getWindowFaults());
  }

  private static NotifierRegistered write(Fact.NotifierRegistered fact) {
    var message =
        NotifierRegistered.newBuilder().setSourceId(fact.sourceId()).setFlags(fact.flags());
    if (fact.pasid() != Access.NO_PASID) {
      message.setPasid(fact.pasid());
    }
    return message.build();
  }

  static Fact.NotifierRegistered read(NotifierRegistered message) {
    return new Fact.NotifierRegistered(
        Fields.sourceId(message.getSourceId()),
        Fields.pasid(message.hasPasid(), message.getPasid()),
        Fields.bits("flags", message.getFlags(), 3));
  }

  private static PageResponseListenerRegistered write(Fact.PageResponseListenerRegistered fact) {
    var message = PageResponseListenerRegistered.newBuilder().setSourceId(fact.sourceId());
    if (fact.pasid() != Access.NO_PASID) {
      message.setPasid(fact.pasid());
    }
    return message.build();
  }

  static Fact.PageResponseListenerRegistered read(PageResponseListenerRegistered message) {
    return new Fact.PageResponseListenerRegistered(
        Fields.sourceId(message.getSourceId()),
        Fields.pasid(message.hasPasid(), message.getPasid()));
  }

  private static PasidEntryCached write(Fact.PasidEntryCached fact) {
    var message =
        PasidEntryCached.newBuilder()
            .setSourceId(fact.sourceId())
            .addAllEntry(Fields.words(fact.entry()));
    if (fact.pasid() != Access.NO_PASID) {
      message.setPasid(fact.pasid());
    }
    return message.build();
  }

  static Fact.PasidEntryCached read(PasidEntryCached message) {
    return new Fact.PasidEntryCached(
        Fields.sourceId(message.getSourceId()),
        Fields.pasid(message.hasPasid(), message.getPasid()),
        Fields.words("PASID entry", message.getEntryList(), 8));
  }

  private static PasidEntryDropped write(Fact.PasidEntryDropped fact) {
    var message = PasidEntryDropped.newBuilder().setSourceId(fact.sourceId());
    if (fact.pasid() != Access.NO_PASID) {
      message.setPasid(fact.pasid());
    }
    return message.build();
  }

  static Fact.PasidEntryDropped read(PasidEntryDropped message) {
    return new Fact.PasidEntryDropped(
        Fields.sourceId(message.getSourceId()),
        Fields.pasid(message.hasPasid(), message.getPasid()));
  }

  private static ShadowMapped write(Fact.ShadowMapped fact) {
    var message =
        ShadowMapped.newBuilder()
            .setSourceId(fact.sourceId())
            .setIova(fact.iova())
            .setMask(fact.mask())
            .setAddress(fact.address())
            .setPermissions(fact.permissions());
    if (fact.pasid() != Access.NO_PASID) {
      message.setPasid(fact.pasid());
    }
    return message.build();
  }

  static Fact.ShadowMapped read(ShadowMapped message) {
    return new Fact.ShadowMapped(
        Fields.sourceId(message.getSourceId()),
        Fields.pasid(message.hasPasid(), message.getPasid()),
        message.getIova(),
        message.getMask(),
        message.getAddress(),
        Fields.bits("permissions", message.getPermissions(), 4));
  }

  private static ShadowUnmapped write(Fact.ShadowUnmapped fact) {
    var message =
        ShadowUnmapped.newBuilder()
            .setSourceId(fact.sourceId())
            .setIova(fact.iova())
            .setMask(fact.mask());
    if (fact.pasid() != Access.NO_PASID) {
      message.setPasid(fact.pasid());
    }
    return message.build();
  }

  static Fact.ShadowUnmapped read(ShadowUnmapped message) {
    return new Fact.ShadowUnmapped(
        Fields.sourceId(message.getSourceId()),
        Fields.pasid(message.hasPasid(), message.getPasid()),
        message.getIova(),
        message.getMask());
  }

  private static FunctionAttached write(Fact.FunctionAttached fact) {
    return FunctionAttached.newBuilder()
        .setSourceId(fact.sourceId())
        .setAnswersAtOnce(fact.answersAtOnce())
        .build();
  }

  static Fact.FunctionAttached read(FunctionAttached message) {
    return new Fact.FunctionAttached(
        Fields.sourceId(message.getSourceId()), message.getAnswersAtOnce());
  }

  private static FunctionDetached write(Fact.FunctionDetached fact) {
    return FunctionDetached.newBuilder().setSourceId(fact.sourceId()).build();
  }

  static Fact.FunctionDetached read(FunctionDetached message) {
    return new Fact.FunctionDetached(Fields.sourceId(message.getSourceId()));
  }

  private static InvalidationSent write(Fact.InvalidationSent fact) {
    var message =
        InvalidationSent.newBuilder()
            .setSourceId(fact.sourceId())
            .setItag(fact.itag())
            .setAllPasids(fact.allPasids())
            .setAddress(fact.address())
            .setSize(fact.size());
    if (fact.pasid() != Access.NO_PASID) {
      message.setPasid(fact.pasid());
    }
    return message.build();
  }

  static Fact.InvalidationSent read(InvalidationSent message) {
    return new Fact.InvalidationSent(
        Fields.sourceId(message.getSourceId()),
        Fields.bits("itag", message.getItag(), 5),
        Fields.pasid(message.hasPasid(), message.getPasid()),
        message.getAllPasids(),
        message.getAddress(),
        message.getSize());
  }

  private static InvalidationEnded write(Fact.InvalidationEnded fact) {
    return InvalidationEnded.newBuilder()
        .setSourceId(fact.sourceId())
        .setItag(fact.itag())
        .setCompleted(fact.completed())
        .build();
  }

  static Fact.InvalidationEnded read(InvalidationEnded message) {
    return new Fact.InvalidationEnded(
        Fields.sourceId(message.getSourceId()),
        Fields.bits("itag", message.getItag(), 5),
        message.getCompleted());
  }

  private static WaitPended write(Fact.WaitPended fact) {
    return WaitPended.newBuilder()
        .setPosition(fact.position())
        .setLow(fact.low())
        .setHigh(fact.high())
        .build();
  }

  static Fact.WaitPended read(WaitPended message) {
    return new Fact.WaitPended(
        Fields.count("position", message.getPosition()), message.getLow(), message.getHigh());
  }

  private static WaitEnded write(Fact.WaitEnded fact) {
    return WaitEnded.newBuilder()
        .setPosition(fact.position())
        .setCompleted(fact.completed())
        .build();
  }

  static Fact.WaitEnded read(WaitEnded message) {
    return new Fact.WaitEnded(
        Fields.count("position", message.getPosition()), message.getCompleted());
  }
}
