package dev.iommufleet.persistence.mapping;

import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.protocol.api.v1.AnswerCommand;
import dev.iommufleet.protocol.api.v1.AttachDevice;
import dev.iommufleet.protocol.api.v1.DetachDevice;
import dev.iommufleet.protocol.api.v1.DeviceLost;
import dev.iommufleet.protocol.api.v1.DevicePageRequest;
import dev.iommufleet.protocol.api.v1.LoadState;
import dev.iommufleet.protocol.api.v1.WalkNested;

/** Operations of attached devices to and from their messages. */
final class DeviceOperations {
  private DeviceOperations() {}

  static AttachDevice write(Operation.AttachDevice operation) {
    var message =
        AttachDevice.newBuilder().setSourceId(operation.sourceId()).setEpoch(operation.epoch());
    if (operation.host() != null) {
      message.setHost(Links.write(operation.host()));
    }
    return message.build();
  }

  static Operation.AttachDevice read(AttachDevice message) {
    return new Operation.AttachDevice(
        Fields.sourceId(message.getSourceId()),
        message.getEpoch(),
        message.hasHost() ? Links.read(message.getHost()) : null);
  }

  static DetachDevice write(Operation.DetachDevice operation) {
    return DetachDevice.newBuilder()
        .setSourceId(operation.sourceId())
        .setEpoch(operation.epoch())
        .build();
  }

  static Operation.DetachDevice read(DetachDevice message) {
    return new Operation.DetachDevice(Fields.sourceId(message.getSourceId()), message.getEpoch());
  }

  static DeviceLost write(Operation.DeviceLost operation) {
    return DeviceLost.newBuilder()
        .setSourceId(operation.sourceId())
        .setEpoch(operation.epoch())
        .build();
  }

  static Operation.DeviceLost read(DeviceLost message) {
    return new Operation.DeviceLost(Fields.sourceId(message.getSourceId()), message.getEpoch());
  }

  static AnswerCommand write(Operation.AnswerCommand operation) {
    return AnswerCommand.newBuilder()
        .setSourceId(operation.sourceId())
        .setEpoch(operation.epoch())
        .setId(operation.id())
        .setErrno(operation.errno())
        .build();
  }

  static Operation.AnswerCommand read(AnswerCommand message) {
    return new Operation.AnswerCommand(
        Fields.sourceId(message.getSourceId()),
        message.getEpoch(),
        message.getId(),
        message.getErrno());
  }

  static DevicePageRequest write(Operation.DevicePageRequest operation) {
    return DevicePageRequest.newBuilder()
        .setSourceId(operation.sourceId())
        .setEpoch(operation.epoch())
        .setNumber(operation.number())
        .setRequest(Operations.requestPage(operation.request()))
        .build();
  }

  static Operation.DevicePageRequest read(DevicePageRequest message) {
    return new Operation.DevicePageRequest(
        Fields.sourceId(message.getSourceId()),
        message.getEpoch(),
        message.getNumber(),
        OperationReader.requestPage(message.getRequest()));
  }

  static WalkNested write(Operation.WalkNested operation) {
    var message =
        WalkNested.newBuilder()
            .setSourceId(operation.sourceId())
            .setTable(operation.table())
            .setIova(operation.iova())
            .setWrite(operation.write());
    if (operation.pasid() != Access.NO_PASID) {
      message.setPasid(operation.pasid());
    }
    return message.build();
  }

  static Operation.WalkNested read(WalkNested message) {
    return new Operation.WalkNested(
        Fields.sourceId(message.getSourceId()),
        Fields.pasid(message.hasPasid(), message.getPasid()),
        message.getTable(),
        message.getIova(),
        message.getWrite());
  }

  static LoadState write(Operation.LoadState operation) {
    var message = LoadState.newBuilder();
    for (int word : operation.registers()) {
      message.addRegisters(word);
    }
    operation.latches().forEach(latch -> message.addLatches(LastingFacts.write(latch)));
    return message.build();
  }

  static Operation.LoadState read(LoadState message) {
    return new Operation.LoadState(
        message.getRegistersList().stream().mapToInt(Integer::intValue).toArray(),
        message.getLatchesList().stream().map(LastingFacts::read).toList());
  }
}
