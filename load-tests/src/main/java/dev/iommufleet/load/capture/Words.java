package dev.iommufleet.load.capture;

import dev.iommufleet.hardware.vtd.AddressType;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Reply;

/** The hardware's enums in the capture's words. */
final class Words {
  private Words() {}

  static Word of(Fact.IotlbScope scope) {
    return switch (scope) {
      case ALL -> Word.ALL;
      case DOMAIN -> Word.DOMAIN;
      case PAGE -> Word.PAGE;
      case PASID -> Word.PASID;
      case PASID_PAGE -> Word.PASID_PAGE;
    };
  }

  static Word of(Fact.WriteKind kind) {
    return switch (kind) {
      case ACCESSED_DIRTY -> Word.PTE_AD;
      case WAIT_STATUS -> Word.WAIT_STATUS;
      case PAGE_REQUEST -> Word.PRQ;
    };
  }

  static Word of(Fact.FaultOutcome outcome) {
    return switch (outcome) {
      case REPORTED -> Word.REPORTED;
      case SUPPRESSED_BY_FPD -> Word.FPD_SUPPRESSED;
      case ATS_RECOVERABLE -> Word.ATS_RECOVERABLE;
    };
  }

  static Word of(Fact.RecordOutcome outcome) {
    return switch (outcome) {
      case RECORDED -> Word.RECORDED;
      case RECORDED_WITHOUT_EVENT -> Word.RECORDED_NO_EVENT;
      case COLLAPSED -> Word.COLLAPSED;
      case DROPPED_OVERFLOW_PENDING -> Word.PFO_PENDING;
      case DROPPED_OVERFLOW_SET -> Word.OVERFLOW_SET_PFO;
    };
  }

  static Word of(Fact.InterruptCause cause) {
    return switch (cause) {
      case FAULT -> Word.FAULT_EVENT;
      case INVALIDATION_COMPLETION -> Word.INVALIDATION_COMPLETION;
      case PAGE_REQUEST -> Word.PAGE_REQUEST;
    };
  }

  static Word of(Fact.NotifyReason reason) {
    return switch (reason) {
      case PAGE_SELECTIVE -> Word.PSI;
      case SYNC -> Word.SYNC;
      case REPLAY -> Word.REPLAY;
      case UNMAP_ALL -> Word.UNMAP_ALL;
      case UNMAP_ALL_DIRTY -> Word.UNMAP_ALL_DIRTY;
      case UNMAP_RANGE -> Word.UNMAP_RANGE;
      case DEVICE_TLB -> Word.DEVICE_IOTLB;
    };
  }

  static Word of(Fact.NotifyType type) {
    return switch (type) {
      case MAP -> Word.MAP;
      case UNMAP -> Word.UNMAP;
      case DEVICE_TLB_UNMAP -> Word.DEVIOTLB_UNMAP;
    };
  }

  static Word of(Fact.PasidScope scope) {
    return switch (scope) {
      case GLOBAL -> Word.GLOBAL;
      case DOMAIN -> Word.DOMAIN;
      case PASID -> Word.PASID;
    };
  }

  static Word of(Fact.PasidAction action) {
    return switch (action) {
      case ABSENT -> Word.ABSENT;
      case INVALIDATED -> Word.INVALIDATE;
      case FILLED -> Word.FILL;
      case UNCHANGED -> Word.UNCHANGED;
      case CHANGED -> Word.CHANGED;
    };
  }

  static Word of(AddressType type) {
    return switch (type) {
      case UNTRANSLATED -> Word.UNTRANSLATED;
      case TRANSLATED -> Word.TRANSLATED;
      case TRANSLATION_REQUEST -> Word.ATS;
    };
  }

  static AddressType type(Word word) {
    return switch (word) {
      case TRANSLATED -> AddressType.TRANSLATED;
      case ATS -> AddressType.TRANSLATION_REQUEST;
      default -> AddressType.UNTRANSLATED;
    };
  }

  static Word of(Reply.Source source) {
    return switch (source) {
      case IOTLB -> Word.IOTLB;
      case WALK -> Word.WALK;
      case PASS_THROUGH -> Word.PASSTHROUGH;
      case DISABLED -> Word.DISABLED;
    };
  }
}
