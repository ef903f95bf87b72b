package dev.iommufleet.persistence.mapping;

import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.protocol.api.v1.FaultOutcome;
import dev.iommufleet.protocol.api.v1.InterruptCause;
import dev.iommufleet.protocol.api.v1.IotlbScope;
import dev.iommufleet.protocol.api.v1.NotifyReason;
import dev.iommufleet.protocol.api.v1.NotifyType;
import dev.iommufleet.protocol.api.v1.PasidAction;
import dev.iommufleet.protocol.api.v1.PasidScope;
import dev.iommufleet.protocol.api.v1.RecordOutcome;
import dev.iommufleet.protocol.api.v1.WriteKind;

/** Enumerations of facts. */
final class FactValues {
  private FactValues() {}

  static WriteKind write(Fact.WriteKind value) {
    return switch (value) {
      case ACCESSED_DIRTY -> WriteKind.WRITE_KIND_ACCESSED_DIRTY;
      case WAIT_STATUS -> WriteKind.WRITE_KIND_WAIT_STATUS;
      case PAGE_REQUEST -> WriteKind.WRITE_KIND_PAGE_REQUEST;
    };
  }

  static Fact.WriteKind read(WriteKind value) {
    return switch (value) {
      case WRITE_KIND_ACCESSED_DIRTY -> Fact.WriteKind.ACCESSED_DIRTY;
      case WRITE_KIND_WAIT_STATUS -> Fact.WriteKind.WAIT_STATUS;
      case WRITE_KIND_PAGE_REQUEST -> Fact.WriteKind.PAGE_REQUEST;
      case WRITE_KIND_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknownValue("write kind");
    };
  }

  static IotlbScope write(Fact.IotlbScope value) {
    return switch (value) {
      case ALL -> IotlbScope.IOTLB_SCOPE_ALL;
      case DOMAIN -> IotlbScope.IOTLB_SCOPE_DOMAIN;
      case PAGE -> IotlbScope.IOTLB_SCOPE_PAGE;
      case PASID -> IotlbScope.IOTLB_SCOPE_PASID;
      case PASID_PAGE -> IotlbScope.IOTLB_SCOPE_PASID_PAGE;
    };
  }

  static Fact.IotlbScope read(IotlbScope value) {
    return switch (value) {
      case IOTLB_SCOPE_ALL -> Fact.IotlbScope.ALL;
      case IOTLB_SCOPE_DOMAIN -> Fact.IotlbScope.DOMAIN;
      case IOTLB_SCOPE_PAGE -> Fact.IotlbScope.PAGE;
      case IOTLB_SCOPE_PASID -> Fact.IotlbScope.PASID;
      case IOTLB_SCOPE_PASID_PAGE -> Fact.IotlbScope.PASID_PAGE;
      case IOTLB_SCOPE_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknownValue("IOTLB scope");
    };
  }

  static FaultOutcome write(Fact.FaultOutcome value) {
    return switch (value) {
      case REPORTED -> FaultOutcome.FAULT_OUTCOME_REPORTED;
      case SUPPRESSED_BY_FPD -> FaultOutcome.FAULT_OUTCOME_SUPPRESSED_BY_FPD;
      case ATS_RECOVERABLE -> FaultOutcome.FAULT_OUTCOME_ATS_RECOVERABLE;
    };
  }

  static Fact.FaultOutcome read(FaultOutcome value) {
    return switch (value) {
      case FAULT_OUTCOME_REPORTED -> Fact.FaultOutcome.REPORTED;
      case FAULT_OUTCOME_SUPPRESSED_BY_FPD -> Fact.FaultOutcome.SUPPRESSED_BY_FPD;
      case FAULT_OUTCOME_ATS_RECOVERABLE -> Fact.FaultOutcome.ATS_RECOVERABLE;
      case FAULT_OUTCOME_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknownValue("fault outcome");
    };
  }

  static RecordOutcome write(Fact.RecordOutcome value) {
    return switch (value) {
      case RECORDED -> RecordOutcome.RECORD_OUTCOME_RECORDED;
      case RECORDED_WITHOUT_EVENT -> RecordOutcome.RECORD_OUTCOME_RECORDED_WITHOUT_EVENT;
      case COLLAPSED -> RecordOutcome.RECORD_OUTCOME_COLLAPSED;
      case DROPPED_OVERFLOW_PENDING -> RecordOutcome.RECORD_OUTCOME_DROPPED_OVERFLOW_PENDING;
      case DROPPED_OVERFLOW_SET -> RecordOutcome.RECORD_OUTCOME_DROPPED_OVERFLOW_SET;
    };
  }

  static Fact.RecordOutcome read(RecordOutcome value) {
    return switch (value) {
      case RECORD_OUTCOME_RECORDED -> Fact.RecordOutcome.RECORDED;
      case RECORD_OUTCOME_RECORDED_WITHOUT_EVENT -> Fact.RecordOutcome.RECORDED_WITHOUT_EVENT;
      case RECORD_OUTCOME_COLLAPSED -> Fact.RecordOutcome.COLLAPSED;
      case RECORD_OUTCOME_DROPPED_OVERFLOW_PENDING -> Fact.RecordOutcome.DROPPED_OVERFLOW_PENDING;
      case RECORD_OUTCOME_DROPPED_OVERFLOW_SET -> Fact.RecordOutcome.DROPPED_OVERFLOW_SET;
      case RECORD_OUTCOME_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknownValue("record outcome");
    };
  }

  static InterruptCause write(Fact.InterruptCause value) {
    return switch (value) {
      case FAULT -> InterruptCause.INTERRUPT_CAUSE_FAULT;
      case INVALIDATION_COMPLETION -> InterruptCause.INTERRUPT_CAUSE_INVALIDATION_COMPLETION;
      case PAGE_REQUEST -> InterruptCause.INTERRUPT_CAUSE_PAGE_REQUEST;
    };
  }

  static Fact.InterruptCause read(InterruptCause value) {
    return switch (value) {
      case INTERRUPT_CAUSE_FAULT -> Fact.InterruptCause.FAULT;
      case INTERRUPT_CAUSE_INVALIDATION_COMPLETION -> Fact.InterruptCause.INVALIDATION_COMPLETION;
      case INTERRUPT_CAUSE_PAGE_REQUEST -> Fact.InterruptCause.PAGE_REQUEST;
      case INTERRUPT_CAUSE_UNSPECIFIED, UNRECOGNIZED ->
          throw Fields.unknownValue("interrupt cause");
    };
  }

  static NotifyReason write(Fact.NotifyReason value) {
    return switch (value) {
      case PAGE_SELECTIVE -> NotifyReason.NOTIFY_REASON_PAGE_SELECTIVE;
      case SYNC -> NotifyReason.NOTIFY_REASON_SYNC;
      case REPLAY -> NotifyReason.NOTIFY_REASON_REPLAY;
      case UNMAP_ALL -> NotifyReason.NOTIFY_REASON_UNMAP_ALL;
      case UNMAP_ALL_DIRTY -> NotifyReason.NOTIFY_REASON_UNMAP_ALL_DIRTY;
      case UNMAP_RANGE -> NotifyReason.NOTIFY_REASON_UNMAP_RANGE;
      case DEVICE_TLB -> NotifyReason.NOTIFY_REASON_DEVICE_TLB;
    };
  }

  static Fact.NotifyReason read(NotifyReason value) {
    return switch (value) {
      case NOTIFY_REASON_PAGE_SELECTIVE -> Fact.NotifyReason.PAGE_SELECTIVE;
      case NOTIFY_REASON_SYNC -> Fact.NotifyReason.SYNC;
      case NOTIFY_REASON_REPLAY -> Fact.NotifyReason.REPLAY;
      case NOTIFY_REASON_UNMAP_ALL -> Fact.NotifyReason.UNMAP_ALL;
      case NOTIFY_REASON_UNMAP_ALL_DIRTY -> Fact.NotifyReason.UNMAP_ALL_DIRTY;
      case NOTIFY_REASON_UNMAP_RANGE -> Fact.NotifyReason.UNMAP_RANGE;
      case NOTIFY_REASON_DEVICE_TLB -> Fact.NotifyReason.DEVICE_TLB;
      case NOTIFY_REASON_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknownValue("notify reason");
    };
  }

  static NotifyType write(Fact.NotifyType value) {
    return switch (value) {
      case MAP -> NotifyType.NOTIFY_TYPE_MAP;
      case UNMAP -> NotifyType.NOTIFY_TYPE_UNMAP;
      case DEVICE_TLB_UNMAP -> NotifyType.NOTIFY_TYPE_DEVICE_TLB_UNMAP;
    };
  }

  static Fact.NotifyType read(NotifyType value) {
    return switch (value) {
      case NOTIFY_TYPE_MAP -> Fact.NotifyType.MAP;
      case NOTIFY_TYPE_UNMAP -> Fact.NotifyType.UNMAP;
      case NOTIFY_TYPE_DEVICE_TLB_UNMAP -> Fact.NotifyType.DEVICE_TLB_UNMAP;
      case NOTIFY_TYPE_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknownValue("notify type");
    };
  }

  static PasidScope write(Fact.PasidScope value) {
    return switch (value) {
      case GLOBAL -> PasidScope.PASID_SCOPE_GLOBAL;
      case DOMAIN -> PasidScope.PASID_SCOPE_DOMAIN;
      case PASID -> PasidScope.PASID_SCOPE_PASID;
    };
  }

  static Fact.PasidScope read(PasidScope value) {
    return switch (value) {
      case PASID_SCOPE_GLOBAL -> Fact.PasidScope.GLOBAL;
      case PASID_SCOPE_DOMAIN -> Fact.PasidScope.DOMAIN;
      case PASID_SCOPE_PASID -> Fact.PasidScope.PASID;
      case PASID_SCOPE_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknownValue("PASID scope");
    };
  }

  static PasidAction write(Fact.PasidAction value) {
    return switch (value) {
      case ABSENT -> PasidAction.PASID_ACTION_ABSENT;
      case INVALIDATED -> PasidAction.PASID_ACTION_INVALIDATED;
      case FILLED -> PasidAction.PASID_ACTION_FILLED;
      case UNCHANGED -> PasidAction.PASID_ACTION_UNCHANGED;
      case CHANGED -> PasidAction.PASID_ACTION_CHANGED;
    };
  }

  static Fact.PasidAction read(PasidAction value) {
    return switch (value) {
      case PASID_ACTION_ABSENT -> Fact.PasidAction.ABSENT;
      case PASID_ACTION_INVALIDATED -> Fact.PasidAction.INVALIDATED;
      case PASID_ACTION_FILLED -> Fact.PasidAction.FILLED;
      case PASID_ACTION_UNCHANGED -> Fact.PasidAction.UNCHANGED;
      case PASID_ACTION_CHANGED -> Fact.PasidAction.CHANGED;
      case PASID_ACTION_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknownValue("PASID action");
    };
  }
}
