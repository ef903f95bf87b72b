package dev.iommufleet.persistence.mapping;

import dev.iommufleet.hardware.vtd.AddressType;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.protocol.api.v1.AccessInterruptWindow;
import dev.iommufleet.protocol.api.v1.AddAddressSpace;
import dev.iommufleet.protocol.api.v1.AddNotifier;
import dev.iommufleet.protocol.api.v1.AddPageResponseListener;
import dev.iommufleet.protocol.api.v1.AtsTranslate;
import dev.iommufleet.protocol.api.v1.AttachFunction;
import dev.iommufleet.protocol.api.v1.CompleteInvalidation;
import dev.iommufleet.protocol.api.v1.Dma;
import dev.iommufleet.protocol.api.v1.ReadMemory;
import dev.iommufleet.protocol.api.v1.ReadRegister;
import dev.iommufleet.protocol.api.v1.RemapInterrupt;
import dev.iommufleet.protocol.api.v1.ReplayMappings;
import dev.iommufleet.protocol.api.v1.RequestPage;
import dev.iommufleet.protocol.api.v1.SetMemoryRange;
import dev.iommufleet.protocol.api.v1.Translate;
import dev.iommufleet.protocol.api.v1.WriteMemory;
import dev.iommufleet.protocol.api.v1.WriteRegister;

/** Operations out of their messages; widths are checked, meaning is the hardware's to judge. */
final class OperationReader {
  private static final int ACCESS_BITS = 4;
  private static final int GROUP_INDEX_BITS = 9;
  private static final int NOTIFIER_FLAG_BITS = 3;

  private OperationReader() {}

  static Operation.ReadRegister readRegister(ReadRegister message) {
    return new Operation.ReadRegister(
        Fields.count("offset", message.getOffset()), Fields.count("size", message.getSize()));
  }

  static Operation.WriteRegister writeRegister(WriteRegister message) {
    return new Operation.WriteRegister(
        Fields.count("offset", message.getOffset()),
        Fields.count("size", message.getSize()),
        message.getValue());
  }

  static Operation.ReadMemory readMemory(ReadMemory message) {
    return new Operation.ReadMemory(
        message.getAddress(), Fields.count("length", message.getLength()));
  }

  static Operation.WriteMemory writeMemory(WriteMemory message) {
    return new Operation.WriteMemory(message.getAddress(), message.getData().toByteArray());
  }

  static Operation.SetMemoryRange setMemoryRange(SetMemoryRange message) {
    return new Operation.SetMemoryRange(
        message.getAddress(), message.getLength(), BusValues.read(message.getKind()));
  }

  static Operation.Translate translate(Translate message) {
    return new Operation.Translate(
        Fields.sourceId(message.getSourceId()),
        Fields.pasid(message.hasPasid(), message.getPasid()),
        message.getIova(),
        Fields.bits("access", message.getAccess(), ACCESS_BITS),
        addressType(message.getType()));
  }

  static Operation.Dma dma(Dma message) {
    byte[] data = message.hasData() ? message.getData().toByteArray() : null;
    int length = Fields.count("length", message.getLength());
    if (data != null && length != 0 && length != data.length) {
      throw new MalformedException(
          MalformedException.Code.OUT_OF_RANGE,
          "a DMA write of %d bytes has length %d; 0 or %d are possible"
              .formatted(data.length, length, data.length));
    }
    return new Operation.Dma(
        Fields.sourceId(message.getSourceId()),
        Fields.pasid(message.hasPasid(), message.getPasid()),
        message.getIova(),
        data == null ? length : data.length,
        addressType(message.getType()),
        data);
  }

  static Operation.RemapInterrupt remap(RemapInterrupt message) {
    return new Operation.RemapInterrupt(
        Fields.sourceId(message.getSourceId()),
        message.getAddress(),
        message.getData(),
        message.getRecordFaults());
  }

  static Operation.AccessInterruptWindow window(AccessInterruptWindow message) {
    return new Operation.AccessInterruptWindow(
        Fields.sourceId(message.getSourceId()),
        Fields.pasid(message.hasPasid(), message.getPasid()),
        message.getAddress(),
        message.getWrite(),
        message.getTranslated());
  }

  static Operation.AtsTranslate ats(AtsTranslate message) {
    return new Operation.AtsTranslate(
        Fields.sourceId(message.getSourceId()),
        Fields.pasid(message.hasPasid(), message.getPasid()),
        message.getPrivileged(),
        message.getExecute(),
        message.getAddress(),
        message.getLength(),
        message.getNoWrite(),
        Fields.count("max results", message.getMaxResults()));
  }

  static Operation.RequestPage requestPage(RequestPage message) {
    return new Operation.RequestPage(
        Fields.sourceId(message.getSourceId()),
        Fields.pasid(message.hasPasid(), message.getPasid()),
        message.getPrivileged(),
        message.getExecute(),
        message.getAddress(),
        message.getLastInGroup(),
        Fields.bits("group index", message.getGroupIndex(), GROUP_INDEX_BITS),
        message.getRead(),
        message.getWrite());
  }

  static Operation.AddAddressSpace addAddressSpace(AddAddressSpace message) {
    return new Operation.AddAddressSpace(
        Fields.sourceId(message.getSourceId()),
        Fields.pasid(message.hasPasid(), message.getPasid()));
  }

  static Operation.AddNotifier addNotifier(AddNotifier message) {
    return new Operation.AddNotifier(
        Fields.sourceId(message.getSourceId()),
        Fields.pasid(message.hasPasid(), message.getPasid()),
        Fields.bits("flags", message.getFlags(), NOTIFIER_FLAG_BITS));
  }

  static Operation.ReplayMappings replay(ReplayMappings message) {
    return new Operation.ReplayMappings(
        Fields.sourceId(message.getSourceId()),
        Fields.pasid(message.hasPasid(), message.getPasid()));
  }

  static Operation.AddPageResponseListener addPageResponseListener(
      AddPageResponseListener message) {
    return new Operation.AddPageResponseListener(
        Fields.sourceId(message.getSourceId()),
        Fields.pasid(message.hasPasid(), message.getPasid()));
  }

  static Operation.AttachFunction attach(AttachFunction message) {
    return new Operation.AttachFunction(
        Fields.sourceId(message.getSourceId()), message.getAnswersAtOnce());
  }

  static Operation.CompleteInvalidation complete(CompleteInvalidation message) {
    return new Operation.CompleteInvalidation(
        Fields.sourceId(message.getSourceId()), message.getItagVector());
  }

  private static AddressType addressType(dev.iommufleet.protocol.api.v1.AddressType value) {
    return value == dev.iommufleet.protocol.api.v1.AddressType.ADDRESS_TYPE_UNSPECIFIED
        ? AddressType.UNTRANSLATED
        : BusValues.read(value);
  }
}
