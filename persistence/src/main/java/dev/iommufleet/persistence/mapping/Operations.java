package dev.iommufleet.persistence.mapping;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.hardware.vtd.AddressType;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.protocol.api.v1.AccessInterruptWindow;
import dev.iommufleet.protocol.api.v1.AddAddressSpace;
import dev.iommufleet.protocol.api.v1.AddNotifier;
import dev.iommufleet.protocol.api.v1.AddPageResponseListener;
import dev.iommufleet.protocol.api.v1.AtsTranslate;
import dev.iommufleet.protocol.api.v1.AttachFunction;
import dev.iommufleet.protocol.api.v1.CompleteInvalidation;
import dev.iommufleet.protocol.api.v1.Continue;
import dev.iommufleet.protocol.api.v1.DetachFunction;
import dev.iommufleet.protocol.api.v1.Dma;
import dev.iommufleet.protocol.api.v1.ExpireInvalidations;
import dev.iommufleet.protocol.api.v1.ReadMemory;
import dev.iommufleet.protocol.api.v1.ReadRegister;
import dev.iommufleet.protocol.api.v1.RemapInterrupt;
import dev.iommufleet.protocol.api.v1.ReplayMappings;
import dev.iommufleet.protocol.api.v1.RequestPage;
import dev.iommufleet.protocol.api.v1.Reset;
import dev.iommufleet.protocol.api.v1.SetMemoryRange;
import dev.iommufleet.protocol.api.v1.Translate;
import dev.iommufleet.protocol.api.v1.WriteMemory;
import dev.iommufleet.protocol.api.v1.WriteRegister;

/** {@link Operation} to and from its message. */
public final class Operations {
  private static final dev.iommufleet.protocol.api.v1.Operation RESET =
      dev.iommufleet.protocol.api.v1.Operation.newBuilder()
          .setReset(Reset.getDefaultInstance())
          .build();

  private Operations() {}

  public static dev.iommufleet.protocol.api.v1.Operation write(Operation operation) {
    var message = dev.iommufleet.protocol.api.v1.Operation.newBuilder();
    return switch (operation) {
      case Operation.ReadRegister read -> message.setReadRegister(readRegister(read)).build();
      case Operation.WriteRegister write -> message.setWriteRegister(writeRegister(write)).build();
      case Operation.ReadMemory read -> message.setReadMemory(readMemory(read)).build();
      case Operation.WriteMemory write -> message.setWriteMemory(writeMemory(write)).build();
      case Operation.SetMemoryRange set -> message.setSetMemoryRange(setMemoryRange(set)).build();
      case Operation.Translate translate -> message.setTranslate(translate(translate)).build();
      case Operation.Dma dma -> message.setDma(dma(dma)).build();
      case Operation.RemapInterrupt remap -> message.setRemapInterrupt(remap(remap)).build();
      case Operation.AccessInterruptWindow access ->
          message.setAccessInterruptWindow(window(access)).build();
      case Operation.AtsTranslate ats -> message.setAtsTranslate(ats(ats)).build();
      case Operation.RequestPage page -> message.setRequestPage(requestPage(page)).build();
      case Operation.AddAddressSpace add ->
          message.setAddAddressSpace(addAddressSpace(add)).build();
      case Operation.AddNotifier add -> message.setAddNotifier(addNotifier(add)).build();
      case Operation.ReplayMappings replay -> message.setReplayMappings(replay(replay)).build();
      case Operation.AddPageResponseListener add ->
          message.setAddPageResponseListener(addPageResponseListener(add)).build();
      case Operation.AttachFunction attach -> message.setAttachFunction(attach(attach)).build();
      case Operation.DetachFunction(int sourceId) ->
          message.setDetachFunction(DetachFunction.newBuilder().setSourceId(sourceId)).build();
      case Operation.CompleteInvalidation complete ->
          message.setCompleteInvalidation(complete(complete)).build();
      case Operation.ExpireInvalidations(int sourceId) ->
          message
              .setExpireInvalidations(ExpireInvalidations.newBuilder().setSourceId(sourceId))
              .build();
      case Operation.AttachDevice attach ->
          message.setAttachDevice(DeviceOperations.write(attach)).build();
      case Operation.DetachDevice detach ->
          message.setDetachDevice(DeviceOperations.write(detach)).build();
      case Operation.DeviceLost lost -> message.setDeviceLost(DeviceOperations.write(lost)).build();
      case Operation.AnswerCommand answer ->
          message.setAnswerCommand(DeviceOperations.write(answer)).build();
      case Operation.DevicePageRequest page ->
          message.setDevicePageRequest(DeviceOperations.write(page)).build();
      case Operation.WalkNested walk -> message.setWalkNested(DeviceOperations.write(walk)).build();
      case Operation.LoadState load -> message.setLoadState(DeviceOperations.write(load)).build();
      case Operation.Continue() -> message.setContinue(Continue.getDefaultInstance()).build();
      case Operation.Reset() -> RESET;
    };
  }

  /**
   * The operation that a message holds. {@code await} is not one of the hardware's: whoever runs
   * requests takes it out before.
   *
   * @throws MalformedException unknown kind, or a number wider than its field
   */
  public static Operation read(dev.iommufleet.protocol.api.v1.Operation message) {
    return switch (message.getKindCase()) {
      case READ_REGISTER -> OperationReader.readRegister(message.getReadRegister());
      case WRITE_REGISTER -> OperationReader.writeRegister(message.getWriteRegister());
      case READ_MEMORY -> OperationReader.readMemory(message.getReadMemory());
      case WRITE_MEMORY -> OperationReader.writeMemory(message.getWriteMemory());
      case SET_MEMORY_RANGE -> OperationReader.setMemoryRange(message.getSetMemoryRange());
      case TRANSLATE -> OperationReader.translate(message.getTranslate());
      case DMA -> OperationReader.dma(message.getDma());
      case REMAP_INTERRUPT -> OperationReader.remap(message.getRemapInterrupt());
      case ACCESS_INTERRUPT_WINDOW -> OperationReader.window(message.getAccessInterruptWindow());
      case ATS_TRANSLATE -> OperationReader.ats(message.getAtsTranslate());
      case REQUEST_PAGE -> OperationReader.requestPage(message.getRequestPage());
      case ADD_ADDRESS_SPACE -> OperationReader.addAddressSpace(message.getAddAddressSpace());
      case ADD_NOTIFIER -> OperationReader.addNotifier(message.getAddNotifier());
      case REPLAY_MAPPINGS -> OperationReader.replay(message.getReplayMappings());
      case ADD_PAGE_RESPONSE_LISTENER ->
          OperationReader.addPageResponseListener(message.getAddPageResponseListener());
      case ATTACH_FUNCTION -> OperationReader.attach(message.getAttachFunction());
      case DETACH_FUNCTION ->
          new Operation.DetachFunction(Fields.sourceId(message.getDetachFunction().getSourceId()));
      case COMPLETE_INVALIDATION -> OperationReader.complete(message.getCompleteInvalidation());
      case EXPIRE_INVALIDATIONS ->
          new Operation.ExpireInvalidations(
              Fields.sourceId(message.getExpireInvalidations().getSourceId()));
      case ATTACH_DEVICE -> DeviceOperations.read(message.getAttachDevice());
      case DETACH_DEVICE -> DeviceOperations.read(message.getDetachDevice());
      case DEVICE_LOST -> DeviceOperations.read(message.getDeviceLost());
      case ANSWER_COMMAND -> DeviceOperations.read(message.getAnswerCommand());
      case DEVICE_PAGE_REQUEST -> DeviceOperations.read(message.getDevicePageRequest());
      case WALK_NESTED -> DeviceOperations.read(message.getWalkNested());
      case LOAD_STATE -> DeviceOperations.read(message.getLoadState());
      case CONTINUE -> new Operation.Continue();
      case RESET -> new Operation.Reset();
      case AWAIT ->
          throw new IllegalStateException("await reached the hardware's operations: " + message);
      case KIND_NOT_SET -> throw Fields.unknownKind("an operation");
    };
  }

  private static ReadRegister readRegister(Operation.ReadRegister operation) {
    return ReadRegister.newBuilder()
        .setOffset(operation.offset())
        .setSize(operation.size())
        .build();
  }

  private static WriteRegister writeRegister(Operation.WriteRegister operation) {
    return WriteRegister.newBuilder()
        .setOffset(operation.offset())
        .setSize(operation.size())
        .setValue(operation.value())
        .build();
  }

  private static ReadMemory readMemory(Operation.ReadMemory operation) {
    return ReadMemory.newBuilder()
        .setAddress(operation.address())
        .setLength(operation.length())
        .build();
  }

  private static WriteMemory writeMemory(Operation.WriteMemory operation) {
    return WriteMemory.newBuilder()
        .setAddress(operation.address())
        .setData(bytes(operation.data()))
        .build();
  }

  private static SetMemoryRange setMemoryRange(Operation.SetMemoryRange operation) {
    return SetMemoryRange.newBuilder()
        .setAddress(operation.address())
        .setLength(operation.length())
        .setKind(BusValues.write(operation.kind()))
        .build();
  }

  static Translate translate(Operation.Translate operation) {
    var message =
        Translate.newBuilder()
            .setSourceId(operation.sourceId())
            .setIova(operation.iova())
            .setAccess(operation.access());
    if (operation.pasid() != Access.NO_PASID) {
      message.setPasid(operation.pasid());
    }
    if (operation.type() != AddressType.UNTRANSLATED) {
      message.setType(BusValues.write(operation.type()));
    }
    return message.build();
  }

  private static Dma dma(Operation.Dma operation) {
    var message =
        Dma.newBuilder()
            .setSourceId(operation.sourceId())
            .setIova(operation.iova())
            .setLength(operation.length());
    if (operation.pasid() != Access.NO_PASID) {
      message.setPasid(operation.pasid());
    }
    if (operation.type() != AddressType.UNTRANSLATED) {
      message.setType(BusValues.write(operation.type()));
    }
    if (operation.write()) {
      message.setData(bytes(operation.data()));
    }
    return message.build();
  }

  static RemapInterrupt remap(Operation.RemapInterrupt operation) {
    return RemapInterrupt.newBuilder()
        .setSourceId(operation.sourceId())
        .setAddress(operation.address())
        .setData(operation.data())
        .setRecordFaults(operation.recordFaults())
        .build();
  }

  static AccessInterruptWindow window(Operation.AccessInterruptWindow operation) {
    var message =
        AccessInterruptWindow.newBuilder()
            .setSourceId(operation.sourceId())
            .setAddress(operation.address())
            .setWrite(operation.write())
            .setTranslated(operation.translated());
    if (operation.pasid() != Access.NO_PASID) {
      message.setPasid(operation.pasid());
    }
    return message.build();
  }

  private static AtsTranslate ats(Operation.AtsTranslate operation) {
    var message =
        AtsTranslate.newBuilder()
            .setSourceId(operation.sourceId())
            .setPrivileged(operation.privileged())
            .setExecute(operation.execute())
            .setAddress(operation.address())
            .setLength(operation.length())
            .setNoWrite(operation.noWrite())
            .setMaxResults(operation.maxResults());
    if (operation.pasid() != Access.NO_PASID) {
      message.setPasid(operation.pasid());
    }
    return message.build();
  }

  static RequestPage requestPage(Operation.RequestPage operation) {
    var message =
        RequestPage.newBuilder()
            .setSourceId(operation.sourceId())
            .setPrivileged(operation.privileged())
            .setExecute(operation.execute())
            .setAddress(operation.address())
            .setLastInGroup(operation.lastInGroup())
            .setGroupIndex(operation.groupIndex())
            .setRead(operation.read())
            .setWrite(operation.write());
    if (operation.pasid() != Access.NO_PASID) {
      message.setPasid(operation.pasid());
    }
    return message.build();
  }

  private static AddAddressSpace addAddressSpace(Operation.AddAddressSpace operation) {
    var message = AddAddressSpace.newBuilder().setSourceId(operation.sourceId());
    if (operation.pasid() != Access.NO_PASID) {
      message.setPasid(operation.pasid());
    }
    return message.build();
  }

  private static AddNotifier addNotifier(Operation.AddNotifier operation) {
    var message =
        AddNotifier.newBuilder().setSourceId(operation.sourceId()).setFlags(operation.flags());
    if (operation.pasid() != Access.NO_PASID) {
      message.setPasid(operation.pasid());
    }
    return message.build();
  }

  private static ReplayMappings replay(Operation.ReplayMappings operation) {
    var message = ReplayMappings.newBuilder().setSourceId(operation.sourceId());
    if (operation.pasid() != Access.NO_PASID) {
      message.setPasid(operation.pasid());
    }
    return message.build();
  }

  private static AddPageResponseListener addPageResponseListener(
      Operation.AddPageResponseListener operation) {
    var message = AddPageResponseListener.newBuilder().setSourceId(operation.sourceId());
    if (operation.pasid() != Access.NO_PASID) {
      message.setPasid(operation.pasid());
    }
    return message.build();
  }

  private static AttachFunction attach(Operation.AttachFunction operation) {
    return AttachFunction.newBuilder()
        .setSourceId(operation.sourceId())
        .setAnswersAtOnce(operation.answersAtOnce())
        .build();
  }

  private static CompleteInvalidation complete(Operation.CompleteInvalidation operation) {
    return CompleteInvalidation.newBuilder()
        .setSourceId(operation.sourceId())
        .setItagVector(operation.itagVector())
        .build();
  }

  /** The array is not copied: records of this model are never changed once made. */
  static ByteString bytes(byte[] array) {
    return UnsafeByteOperations.unsafeWrap(array);
  }
}
