package dev.iommufleet.persistence.mapping;

import dev.iommufleet.hardware.device.AttachState;
import dev.iommufleet.hardware.device.ConfigRegister;
import dev.iommufleet.hardware.device.DeviceConfig;
import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.hardware.device.DeviceReply;
import dev.iommufleet.hardware.device.HostCall;
import dev.iommufleet.protocol.api.v1.CompletionFault;
import dev.iommufleet.protocol.api.v1.DeviceRefusalReason;
import dev.iommufleet.protocol.api.v1.DmaMode;
import dev.iommufleet.protocol.api.v1.DmaOutcome;
import dev.iommufleet.protocol.api.v1.DropScope;
import dev.iommufleet.protocol.api.v1.GroupCause;
import dev.iommufleet.protocol.api.v1.HostCallKind;
import dev.iommufleet.protocol.api.v1.HostDeviceKind;
import dev.iommufleet.protocol.api.v1.OverCause;
import dev.iommufleet.protocol.api.v1.Receipt;

/** Named values of devices to and from those of their messages. */
public final class DeviceValues {
  private DeviceValues() {}

  public static HostDeviceKind write(DeviceConfig.Kind value) {
    return switch (value) {
      case EMULATED -> HostDeviceKind.HOST_DEVICE_KIND_EMULATED;
      case PASSTHROUGH -> HostDeviceKind.HOST_DEVICE_KIND_PASSTHROUGH;
    };
  }

  public static DeviceConfig.Kind read(HostDeviceKind value) {
    return switch (value) {
      case HOST_DEVICE_KIND_EMULATED -> DeviceConfig.Kind.EMULATED;
      case HOST_DEVICE_KIND_PASSTHROUGH -> DeviceConfig.Kind.PASSTHROUGH;
      case HOST_DEVICE_KIND_UNSPECIFIED, UNRECOGNIZED ->
          throw Fields.unknownValue("a host device kind");
    };
  }

  public static HostCallKind write(HostCall.Kind value) {
    return switch (value) {
      case ALLOCATE -> HostCallKind.HOST_CALL_KIND_ALLOCATE;
      case FREE -> HostCallKind.HOST_CALL_KIND_FREE;
      case ATTACH -> HostCallKind.HOST_CALL_KIND_ATTACH;
      case DETACH -> HostCallKind.HOST_CALL_KIND_DETACH;
      case INVALIDATE -> HostCallKind.HOST_CALL_KIND_INVALIDATE;
      case ALLOCATE_PAGING -> HostCallKind.HOST_CALL_KIND_ALLOCATE_PAGING;
      case ALLOCATE_QUEUE -> HostCallKind.HOST_CALL_KIND_ALLOCATE_QUEUE;
      case READ_FAULTS -> HostCallKind.HOST_CALL_KIND_READ_FAULTS;
      case WRITE_FAULTS -> HostCallKind.HOST_CALL_KIND_WRITE_FAULTS;
    };
  }

  public static HostCall.Kind read(HostCallKind value) {
    return switch (value) {
      case HOST_CALL_KIND_ALLOCATE -> HostCall.Kind.ALLOCATE;
      case HOST_CALL_KIND_FREE -> HostCall.Kind.FREE;
      case HOST_CALL_KIND_ATTACH -> HostCall.Kind.ATTACH;
      case HOST_CALL_KIND_DETACH -> HostCall.Kind.DETACH;
      case HOST_CALL_KIND_INVALIDATE -> HostCall.Kind.INVALIDATE;
      case HOST_CALL_KIND_ALLOCATE_PAGING -> HostCall.Kind.ALLOCATE_PAGING;
      case HOST_CALL_KIND_ALLOCATE_QUEUE -> HostCall.Kind.ALLOCATE_QUEUE;
      case HOST_CALL_KIND_READ_FAULTS -> HostCall.Kind.READ_FAULTS;
      case HOST_CALL_KIND_WRITE_FAULTS -> HostCall.Kind.WRITE_FAULTS;
      case HOST_CALL_KIND_UNSPECIFIED, UNRECOGNIZED ->
          throw Fields.unknownValue("a host call kind");
    };
  }

  public static dev.iommufleet.protocol.api.v1.ConfigRegister write(ConfigRegister value) {
    return switch (value) {
      case COMMAND -> dev.iommufleet.protocol.api.v1.ConfigRegister.CONFIG_REGISTER_COMMAND;
      case DEVICE_CONTROL ->
          dev.iommufleet.protocol.api.v1.ConfigRegister.CONFIG_REGISTER_DEVICE_CONTROL;
      case ATS_CAPABILITY ->
          dev.iommufleet.protocol.api.v1.ConfigRegister.CONFIG_REGISTER_ATS_CAPABILITY;
      case ATS_CONTROL -> dev.iommufleet.protocol.api.v1.ConfigRegister.CONFIG_REGISTER_ATS_CONTROL;
      case PASID_CAPABILITY ->
          dev.iommufleet.protocol.api.v1.ConfigRegister.CONFIG_REGISTER_PASID_CAPABILITY;
      case PASID_CONTROL ->
          dev.iommufleet.protocol.api.v1.ConfigRegister.CONFIG_REGISTER_PASID_CONTROL;
      case PRI_CONTROL -> dev.iommufleet.protocol.api.v1.ConfigRegister.CONFIG_REGISTER_PRI_CONTROL;
      case PRI_STATUS -> dev.iommufleet.protocol.api.v1.ConfigRegister.CONFIG_REGISTER_PRI_STATUS;
      case PRI_CAPACITY ->
          dev.iommufleet.protocol.api.v1.ConfigRegister.CONFIG_REGISTER_PRI_CAPACITY;
      case PRI_ALLOCATION ->
          dev.iommufleet.protocol.api.v1.ConfigRegister.CONFIG_REGISTER_PRI_ALLOCATION;
    };
  }

  public static ConfigRegister read(dev.iommufleet.protocol.api.v1.ConfigRegister value) {
    return switch (value) {
      case CONFIG_REGISTER_COMMAND -> ConfigRegister.COMMAND;
      case CONFIG_REGISTER_DEVICE_CONTROL -> ConfigRegister.DEVICE_CONTROL;
      case CONFIG_REGISTER_ATS_CAPABILITY -> ConfigRegister.ATS_CAPABILITY;
      case CONFIG_REGISTER_ATS_CONTROL -> ConfigRegister.ATS_CONTROL;
      case CONFIG_REGISTER_PASID_CAPABILITY -> ConfigRegister.PASID_CAPABILITY;
      case CONFIG_REGISTER_PASID_CONTROL -> ConfigRegister.PASID_CONTROL;
      case CONFIG_REGISTER_PRI_CONTROL -> ConfigRegister.PRI_CONTROL;
      case CONFIG_REGISTER_PRI_STATUS -> ConfigRegister.PRI_STATUS;
      case CONFIG_REGISTER_PRI_CAPACITY -> ConfigRegister.PRI_CAPACITY;
      case CONFIG_REGISTER_PRI_ALLOCATION -> ConfigRegister.PRI_ALLOCATION;
      case CONFIG_REGISTER_UNSPECIFIED, UNRECOGNIZED ->
          throw Fields.unknownValue("a config register");
    };
  }

  public static DmaMode write(DeviceOperation.Mode value) {
    return switch (value) {
      case PLAIN -> DmaMode.DMA_MODE_PLAIN;
      case ATS -> DmaMode.DMA_MODE_ATS;
      case SVA -> DmaMode.DMA_MODE_SVA;
    };
  }

  public static DeviceOperation.Mode read(DmaMode value) {
    return switch (value) {
      case DMA_MODE_PLAIN -> DeviceOperation.Mode.PLAIN;
      case DMA_MODE_ATS -> DeviceOperation.Mode.ATS;
      case DMA_MODE_SVA -> DeviceOperation.Mode.SVA;
      case DMA_MODE_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknownValue("a dma mode");
    };
  }

  public static CompletionFault write(DeviceOperation.CompletionFault value) {
    return switch (value) {
      case NEVER -> CompletionFault.COMPLETION_FAULT_NEVER;
      case LATE -> CompletionFault.COMPLETION_FAULT_LATE;
      case DUPLICATED -> CompletionFault.COMPLETION_FAULT_DUPLICATED;
      case WRONG_TAG -> CompletionFault.COMPLETION_FAULT_WRONG_TAG;
    };
  }

  public static DeviceOperation.CompletionFault read(CompletionFault value) {
    return switch (value) {
      case COMPLETION_FAULT_NEVER -> DeviceOperation.CompletionFault.NEVER;
      case COMPLETION_FAULT_LATE -> DeviceOperation.CompletionFault.LATE;
      case COMPLETION_FAULT_DUPLICATED -> DeviceOperation.CompletionFault.DUPLICATED;
      case COMPLETION_FAULT_WRONG_TAG -> DeviceOperation.CompletionFault.WRONG_TAG;
      case COMPLETION_FAULT_UNSPECIFIED, UNRECOGNIZED ->
          throw Fields.unknownValue("a completion fault");
    };
  }

  public static OverCause write(DeviceFact.OverCause value) {
    return switch (value) {
      case REFUSED -> OverCause.OVER_CAUSE_REFUSED;
      case DETACHED -> OverCause.OVER_CAUSE_DETACHED;
      case REMOVED -> OverCause.OVER_CAUSE_REMOVED;
      case LINK_DOWN -> OverCause.OVER_CAUSE_LINK_DOWN;
      case ENDED -> OverCause.OVER_CAUSE_ENDED;
    };
  }

  public static DeviceFact.OverCause read(OverCause value) {
    return switch (value) {
      case OVER_CAUSE_REFUSED -> DeviceFact.OverCause.REFUSED;
      case OVER_CAUSE_DETACHED -> DeviceFact.OverCause.DETACHED;
      case OVER_CAUSE_REMOVED -> DeviceFact.OverCause.REMOVED;
      case OVER_CAUSE_LINK_DOWN -> DeviceFact.OverCause.LINK_DOWN;
      case OVER_CAUSE_ENDED -> DeviceFact.OverCause.ENDED;
      case OVER_CAUSE_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknownValue("an over cause");
    };
  }

  public static GroupCause write(DeviceFact.GroupCause value) {
    return switch (value) {
      case RESPONSE -> GroupCause.GROUP_CAUSE_RESPONSE;
      case REFUSED -> GroupCause.GROUP_CAUSE_REFUSED;
      case PRI_OFF -> GroupCause.GROUP_CAUSE_PRI_OFF;
      case FUNCTION_RESET -> GroupCause.GROUP_CAUSE_FUNCTION_RESET;
      case DETACHED -> GroupCause.GROUP_CAUSE_DETACHED;
      case UNBOUND -> GroupCause.GROUP_CAUSE_UNBOUND;
    };
  }

  public static DeviceFact.GroupCause read(GroupCause value) {
    return switch (value) {
      case GROUP_CAUSE_RESPONSE -> DeviceFact.GroupCause.RESPONSE;
      case GROUP_CAUSE_REFUSED -> DeviceFact.GroupCause.REFUSED;
      case GROUP_CAUSE_PRI_OFF -> DeviceFact.GroupCause.PRI_OFF;
      case GROUP_CAUSE_FUNCTION_RESET -> DeviceFact.GroupCause.FUNCTION_RESET;
      case GROUP_CAUSE_DETACHED -> DeviceFact.GroupCause.DETACHED;
      case GROUP_CAUSE_UNBOUND -> DeviceFact.GroupCause.UNBOUND;
      case GROUP_CAUSE_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknownValue("a group cause");
    };
  }

  public static DmaOutcome write(DeviceFact.DmaOutcome value) {
    return switch (value) {
      case OK -> DmaOutcome.DMA_OUTCOME_OK;
      case FAULT -> DmaOutcome.DMA_OUTCOME_FAULT;
      case BLOCKED -> DmaOutcome.DMA_OUTCOME_BLOCKED;
      case INVALID -> DmaOutcome.DMA_OUTCOME_INVALID;
      case PAGE_REQUEST_FAILED -> DmaOutcome.DMA_OUTCOME_PAGE_REQUEST_FAILED;
      case ABORTED -> DmaOutcome.DMA_OUTCOME_ABORTED;
    };
  }

  public static DeviceFact.DmaOutcome read(DmaOutcome value) {
    return switch (value) {
      case DMA_OUTCOME_OK -> DeviceFact.DmaOutcome.OK;
      case DMA_OUTCOME_FAULT -> DeviceFact.DmaOutcome.FAULT;
      case DMA_OUTCOME_BLOCKED -> DeviceFact.DmaOutcome.BLOCKED;
      case DMA_OUTCOME_INVALID -> DeviceFact.DmaOutcome.INVALID;
      case DMA_OUTCOME_PAGE_REQUEST_FAILED -> DeviceFact.DmaOutcome.PAGE_REQUEST_FAILED;
      case DMA_OUTCOME_ABORTED -> DeviceFact.DmaOutcome.ABORTED;
      case DMA_OUTCOME_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknownValue("a dma outcome");
    };
  }

  public static DropScope write(DeviceFact.DropScope value) {
    return switch (value) {
      case PASID -> DropScope.DROP_SCOPE_PASID;
      case ALL_PASIDS -> DropScope.DROP_SCOPE_ALL_PASIDS;
      case EVERYTHING -> DropScope.DROP_SCOPE_EVERYTHING;
    };
  }

  public static DeviceFact.DropScope read(DropScope value) {
    return switch (value) {
      case DROP_SCOPE_PASID -> DeviceFact.DropScope.PASID;
      case DROP_SCOPE_ALL_PASIDS -> DeviceFact.DropScope.ALL_PASIDS;
      case DROP_SCOPE_EVERYTHING -> DeviceFact.DropScope.EVERYTHING;
      case DROP_SCOPE_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknownValue("a drop scope");
    };
  }

  public static DeviceRefusalReason write(DeviceReply.Reason value) {
    return switch (value) {
      case BAD_ARGUMENT -> DeviceRefusalReason.DEVICE_REFUSAL_REASON_BAD_ARGUMENT;
      case LIMIT_EXCEEDED -> DeviceRefusalReason.DEVICE_REFUSAL_REASON_LIMIT_EXCEEDED;
      case UNSUPPORTED -> DeviceRefusalReason.DEVICE_REFUSAL_REASON_UNSUPPORTED;
      case WRONG_STATE -> DeviceRefusalReason.DEVICE_REFUSAL_REASON_WRONG_STATE;
    };
  }

  public static DeviceReply.Reason read(DeviceRefusalReason value) {
    return switch (value) {
      case DEVICE_REFUSAL_REASON_BAD_ARGUMENT -> DeviceReply.Reason.BAD_ARGUMENT;
      case DEVICE_REFUSAL_REASON_LIMIT_EXCEEDED -> DeviceReply.Reason.LIMIT_EXCEEDED;
      case DEVICE_REFUSAL_REASON_UNSUPPORTED -> DeviceReply.Reason.UNSUPPORTED;
      case DEVICE_REFUSAL_REASON_WRONG_STATE -> DeviceReply.Reason.WRONG_STATE;
      case DEVICE_REFUSAL_REASON_UNSPECIFIED, UNRECOGNIZED ->
          throw Fields.unknownValue("a device refusal reason");
    };
  }

  public static dev.iommufleet.protocol.api.v1.AttachState write(AttachState value) {
    return switch (value) {
      case DETACHED -> dev.iommufleet.protocol.api.v1.AttachState.ATTACH_STATE_DETACHED;
      case ATTACHING -> dev.iommufleet.protocol.api.v1.AttachState.ATTACH_STATE_ATTACHING;
      case ATTACHED -> dev.iommufleet.protocol.api.v1.AttachState.ATTACH_STATE_ATTACHED;
      case DETACHING -> dev.iommufleet.protocol.api.v1.AttachState.ATTACH_STATE_DETACHING;
    };
  }

  public static AttachState read(dev.iommufleet.protocol.api.v1.AttachState value) {
    return switch (value) {
      case ATTACH_STATE_DETACHED -> AttachState.DETACHED;
      case ATTACH_STATE_ATTACHING -> AttachState.ATTACHING;
      case ATTACH_STATE_ATTACHED -> AttachState.ATTACHED;
      case ATTACH_STATE_DETACHING -> AttachState.DETACHING;
      case ATTACH_STATE_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknownValue("an attach state");
    };
  }

  public static Receipt write(DeviceReply.Receipt value) {
    return switch (value) {
      case DONE -> Receipt.RECEIPT_DONE;
      case REPEATED -> Receipt.RECEIPT_REPEATED;
      case DELAYED -> Receipt.RECEIPT_DELAYED;
      case WITHHELD -> Receipt.RECEIPT_WITHHELD;
      case GAP -> Receipt.RECEIPT_GAP;
      case OTHER_EPOCH -> Receipt.RECEIPT_OTHER_EPOCH;
      case LINK_DOWN -> Receipt.RECEIPT_LINK_DOWN;
    };
  }

  public static DeviceReply.Receipt read(Receipt value) {
    return switch (value) {
      case RECEIPT_DONE -> DeviceReply.Receipt.DONE;
      case RECEIPT_REPEATED -> DeviceReply.Receipt.REPEATED;
      case RECEIPT_DELAYED -> DeviceReply.Receipt.DELAYED;
      case RECEIPT_WITHHELD -> DeviceReply.Receipt.WITHHELD;
      case RECEIPT_GAP -> DeviceReply.Receipt.GAP;
      case RECEIPT_OTHER_EPOCH -> DeviceReply.Receipt.OTHER_EPOCH;
      case RECEIPT_LINK_DOWN -> DeviceReply.Receipt.LINK_DOWN;
      case RECEIPT_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknownValue("a receipt");
    };
  }
}
