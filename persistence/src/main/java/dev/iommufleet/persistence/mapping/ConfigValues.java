package dev.iommufleet.persistence.mapping;

import dev.iommufleet.hardware.vtd.InvalidationPolicy;
import dev.iommufleet.hardware.vtd.IommuConfig.FlushFailure;
import dev.iommufleet.hardware.vtd.Latch;
import dev.iommufleet.hardware.vtd.Profile;

/** Enumerations of configurations, and latches. */
final class ConfigValues {
  private ConfigValues() {}

  static dev.iommufleet.protocol.api.v1.Profile write(Profile value) {
    return switch (value) {
      case ARCHITECTURE -> dev.iommufleet.protocol.api.v1.Profile.PROFILE_ARCHITECTURE;
      case QEMU_11_1 -> dev.iommufleet.protocol.api.v1.Profile.PROFILE_QEMU_11_1;
    };
  }

  static Profile read(dev.iommufleet.protocol.api.v1.Profile value) {
    return switch (value) {
      case PROFILE_ARCHITECTURE -> Profile.ARCHITECTURE;
      case PROFILE_QEMU_11_1 -> Profile.QEMU_11_1;
      case PROFILE_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknownValue("profile");
    };
  }

  static dev.iommufleet.protocol.api.v1.InvalidationPolicy write(InvalidationPolicy value) {
    return switch (value) {
      case STRICT -> dev.iommufleet.protocol.api.v1.InvalidationPolicy.INVALIDATION_POLICY_STRICT;
      case EMULATOR ->
          dev.iommufleet.protocol.api.v1.InvalidationPolicy.INVALIDATION_POLICY_EMULATOR;
      case DEVICE_REPLAY ->
          dev.iommufleet.protocol.api.v1.InvalidationPolicy.INVALIDATION_POLICY_DEVICE_REPLAY;
      case GLOBAL_REPLAY ->
          dev.iommufleet.protocol.api.v1.InvalidationPolicy.INVALIDATION_POLICY_GLOBAL_REPLAY;
    };
  }

  static InvalidationPolicy read(dev.iommufleet.protocol.api.v1.InvalidationPolicy value) {
    return switch (value) {
      case INVALIDATION_POLICY_STRICT -> InvalidationPolicy.STRICT;
      case INVALIDATION_POLICY_EMULATOR -> InvalidationPolicy.EMULATOR;
      case INVALIDATION_POLICY_DEVICE_REPLAY -> InvalidationPolicy.DEVICE_REPLAY;
      case INVALIDATION_POLICY_GLOBAL_REPLAY -> InvalidationPolicy.GLOBAL_REPLAY;
      case INVALIDATION_POLICY_UNSPECIFIED, UNRECOGNIZED ->
          throw Fields.unknownValue("invalidation policy");
    };
  }

  static dev.iommufleet.protocol.api.v1.FlushFailure write(FlushFailure value) {
    return switch (value) {
      case ITE -> dev.iommufleet.protocol.api.v1.FlushFailure.FLUSH_FAILURE_ITE;
      case SUCCESS -> dev.iommufleet.protocol.api.v1.FlushFailure.FLUSH_FAILURE_SUCCESS;
    };
  }

  static FlushFailure read(dev.iommufleet.protocol.api.v1.FlushFailure value) {
    return switch (value) {
      case FLUSH_FAILURE_ITE -> FlushFailure.ITE;
      case FLUSH_FAILURE_SUCCESS -> FlushFailure.SUCCESS;
      case FLUSH_FAILURE_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknownValue("flush failure");
    };
  }

  static dev.iommufleet.protocol.api.v1.Latch write(Latch value) {
    return switch (value) {
      case ROOT_TABLE -> dev.iommufleet.protocol.api.v1.Latch.LATCH_ROOT_TABLE;
      case SCALABLE_MODE -> dev.iommufleet.protocol.api.v1.Latch.LATCH_SCALABLE_MODE;
      case TRANSLATION_ENABLED -> dev.iommufleet.protocol.api.v1.Latch.LATCH_TRANSLATION_ENABLED;
      case QUEUE_ENABLED -> dev.iommufleet.protocol.api.v1.Latch.LATCH_QUEUE_ENABLED;
      case QUEUE_BASE -> dev.iommufleet.protocol.api.v1.Latch.LATCH_QUEUE_BASE;
      case QUEUE_ENTRIES -> dev.iommufleet.protocol.api.v1.Latch.LATCH_QUEUE_ENTRIES;
      case QUEUE_WIDE -> dev.iommufleet.protocol.api.v1.Latch.LATCH_QUEUE_WIDE;
      case QUEUE_HEAD -> dev.iommufleet.protocol.api.v1.Latch.LATCH_QUEUE_HEAD;
      case QUEUE_TAIL -> dev.iommufleet.protocol.api.v1.Latch.LATCH_QUEUE_TAIL;
      case LAST_DESCRIPTOR_TYPE -> dev.iommufleet.protocol.api.v1.Latch.LATCH_LAST_DESCRIPTOR_TYPE;
      case REMAPPING_ENABLED -> dev.iommufleet.protocol.api.v1.Latch.LATCH_REMAPPING_ENABLED;
      case REMAPPING_TABLE -> dev.iommufleet.protocol.api.v1.Latch.LATCH_REMAPPING_TABLE;
      case REMAPPING_ENTRIES -> dev.iommufleet.protocol.api.v1.Latch.LATCH_REMAPPING_ENTRIES;
      case REMAPPING_EXTENDED -> dev.iommufleet.protocol.api.v1.Latch.LATCH_REMAPPING_EXTENDED;
      case NEXT_FAULT_RECORD -> dev.iommufleet.protocol.api.v1.Latch.LATCH_NEXT_FAULT_RECORD;
      case QUEUE_UNFINISHED -> dev.iommufleet.protocol.api.v1.Latch.LATCH_QUEUE_UNFINISHED;
      case COMPLETIONS_DUE -> dev.iommufleet.protocol.api.v1.Latch.LATCH_COMPLETIONS_DUE;
    };
  }

  static Latch read(dev.iommufleet.protocol.api.v1.Latch value) {
    return switch (value) {
      case LATCH_ROOT_TABLE -> Latch.ROOT_TABLE;
      case LATCH_SCALABLE_MODE -> Latch.SCALABLE_MODE;
      case LATCH_TRANSLATION_ENABLED -> Latch.TRANSLATION_ENABLED;
      case LATCH_QUEUE_ENABLED -> Latch.QUEUE_ENABLED;
      case LATCH_QUEUE_BASE -> Latch.QUEUE_BASE;
      case LATCH_QUEUE_ENTRIES -> Latch.QUEUE_ENTRIES;
      case LATCH_QUEUE_WIDE -> Latch.QUEUE_WIDE;
      case LATCH_QUEUE_HEAD -> Latch.QUEUE_HEAD;
      case LATCH_QUEUE_TAIL -> Latch.QUEUE_TAIL;
      case LATCH_LAST_DESCRIPTOR_TYPE -> Latch.LAST_DESCRIPTOR_TYPE;
      case LATCH_REMAPPING_ENABLED -> Latch.REMAPPING_ENABLED;
      case LATCH_REMAPPING_TABLE -> Latch.REMAPPING_TABLE;
      case LATCH_REMAPPING_ENTRIES -> Latch.REMAPPING_ENTRIES;
      case LATCH_REMAPPING_EXTENDED -> Latch.REMAPPING_EXTENDED;
      case LATCH_NEXT_FAULT_RECORD -> Latch.NEXT_FAULT_RECORD;
      case LATCH_QUEUE_UNFINISHED -> Latch.QUEUE_UNFINISHED;
      case LATCH_COMPLETIONS_DUE -> Latch.COMPLETIONS_DUE;
      case LATCH_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknownValue("latch");
    };
  }
}
