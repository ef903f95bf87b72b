package dev.iommufleet.persistence.mapping;

import dev.iommufleet.hardware.memory.MemoryKind;
import dev.iommufleet.hardware.vtd.AddressType;
import dev.iommufleet.hardware.vtd.BusStatus;
import dev.iommufleet.hardware.vtd.Reply;
import dev.iommufleet.protocol.api.v1.OperationStatus;
import dev.iommufleet.protocol.api.v1.TranslationSource;

/** Enumerations of operations and replies. */
final class BusValues {
  private BusValues() {}

  static dev.iommufleet.protocol.api.v1.BusStatus write(BusStatus value) {
    return switch (value) {
      case OK -> dev.iommufleet.protocol.api.v1.BusStatus.BUS_STATUS_OK;
      case ERROR -> dev.iommufleet.protocol.api.v1.BusStatus.BUS_STATUS_ERROR;
      case DECODE_ERROR -> dev.iommufleet.protocol.api.v1.BusStatus.BUS_STATUS_DECODE_ERROR;
      case ERROR_AND_DECODE_ERROR ->
          dev.iommufleet.protocol.api.v1.BusStatus.BUS_STATUS_ERROR_AND_DECODE_ERROR;
    };
  }

  static BusStatus read(dev.iommufleet.protocol.api.v1.BusStatus value) {
    return switch (value) {
      case BUS_STATUS_OK -> BusStatus.OK;
      case BUS_STATUS_ERROR -> BusStatus.ERROR;
      case BUS_STATUS_DECODE_ERROR -> BusStatus.DECODE_ERROR;
      case BUS_STATUS_ERROR_AND_DECODE_ERROR -> BusStatus.ERROR_AND_DECODE_ERROR;
      case BUS_STATUS_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknownValue("bus status");
    };
  }

  static dev.iommufleet.protocol.api.v1.AddressType write(AddressType value) {
    return switch (value) {
      case UNTRANSLATED -> dev.iommufleet.protocol.api.v1.AddressType.ADDRESS_TYPE_UNTRANSLATED;
      case TRANSLATED -> dev.iommufleet.protocol.api.v1.AddressType.ADDRESS_TYPE_TRANSLATED;
      case TRANSLATION_REQUEST ->
          dev.iommufleet.protocol.api.v1.AddressType.ADDRESS_TYPE_TRANSLATION_REQUEST;
    };
  }

  static AddressType read(dev.iommufleet.protocol.api.v1.AddressType value) {
    return switch (value) {
      case ADDRESS_TYPE_UNTRANSLATED -> AddressType.UNTRANSLATED;
      case ADDRESS_TYPE_TRANSLATED -> AddressType.TRANSLATED;
      case ADDRESS_TYPE_TRANSLATION_REQUEST -> AddressType.TRANSLATION_REQUEST;
      case ADDRESS_TYPE_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknownValue("address type");
    };
  }

  static dev.iommufleet.protocol.api.v1.MemoryKind write(MemoryKind value) {
    return switch (value) {
      case RAM -> dev.iommufleet.protocol.api.v1.MemoryKind.MEMORY_KIND_RAM;
      case READ_ONLY -> dev.iommufleet.protocol.api.v1.MemoryKind.MEMORY_KIND_READ_ONLY;
      case UNREADABLE -> dev.iommufleet.protocol.api.v1.MemoryKind.MEMORY_KIND_UNREADABLE;
    };
  }

  static MemoryKind read(dev.iommufleet.protocol.api.v1.MemoryKind value) {
    return switch (value) {
      case MEMORY_KIND_RAM -> MemoryKind.RAM;
      case MEMORY_KIND_READ_ONLY -> MemoryKind.READ_ONLY;
      case MEMORY_KIND_UNREADABLE -> MemoryKind.UNREADABLE;
      case MEMORY_KIND_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknownValue("memory kind");
    };
  }

  static OperationStatus write(Reply.Status value) {
    return switch (value) {
      case OK -> OperationStatus.OPERATION_STATUS_OK;
      case NOT_PERMITTED -> OperationStatus.OPERATION_STATUS_NOT_PERMITTED;
      case IO_ERROR -> OperationStatus.OPERATION_STATUS_IO_ERROR;
      case NO_MEMORY -> OperationStatus.OPERATION_STATUS_NO_MEMORY;
      case INVALID -> OperationStatus.OPERATION_STATUS_INVALID;
      case NO_SPACE -> OperationStatus.OPERATION_STATUS_NO_SPACE;
      case NOT_SUPPORTED -> OperationStatus.OPERATION_STATUS_NOT_SUPPORTED;
    };
  }

  static Reply.Status read(OperationStatus value) {
    return switch (value) {
      case OPERATION_STATUS_OK -> Reply.Status.OK;
      case OPERATION_STATUS_NOT_PERMITTED -> Reply.Status.NOT_PERMITTED;
      case OPERATION_STATUS_IO_ERROR -> Reply.Status.IO_ERROR;
      case OPERATION_STATUS_NO_MEMORY -> Reply.Status.NO_MEMORY;
      case OPERATION_STATUS_INVALID -> Reply.Status.INVALID;
      case OPERATION_STATUS_NO_SPACE -> Reply.Status.NO_SPACE;
      case OPERATION_STATUS_NOT_SUPPORTED -> Reply.Status.NOT_SUPPORTED;
      case OPERATION_STATUS_UNSPECIFIED, UNRECOGNIZED ->
          throw Fields.unknownValue("operation status");
    };
  }

  static TranslationSource write(Reply.Source value) {
    return switch (value) {
      case IOTLB -> TranslationSource.TRANSLATION_SOURCE_IOTLB;
      case WALK -> TranslationSource.TRANSLATION_SOURCE_WALK;
      case PASS_THROUGH -> TranslationSource.TRANSLATION_SOURCE_PASS_THROUGH;
      case DISABLED -> TranslationSource.TRANSLATION_SOURCE_DISABLED;
    };
  }

  static Reply.Source read(TranslationSource value) {
    return switch (value) {
      case TRANSLATION_SOURCE_IOTLB -> Reply.Source.IOTLB;
      case TRANSLATION_SOURCE_WALK -> Reply.Source.WALK;
      case TRANSLATION_SOURCE_PASS_THROUGH -> Reply.Source.PASS_THROUGH;
      case TRANSLATION_SOURCE_DISABLED -> Reply.Source.DISABLED;
      case TRANSLATION_SOURCE_UNSPECIFIED, UNRECOGNIZED ->
          throw Fields.unknownValue("translation source");
    };
  }
}
