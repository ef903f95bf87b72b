package dev.iommufleet.cli.iommu;

import dev.iommufleet.protocol.api.v1.BusStatus;

/** How the bus ended an access, in words. */
final class Statuses {

  private Statuses() {}

  static String text(BusStatus status) {
    return switch (status) {
      case BUS_STATUS_OK -> "ok";
      case BUS_STATUS_ERROR -> "error: the target refuses the access";
      case BUS_STATUS_DECODE_ERROR -> "decode error: nothing answers to this access there";
      case BUS_STATUS_ERROR_AND_DECODE_ERROR -> "error and decode error";
      case BUS_STATUS_UNSPECIFIED, UNRECOGNIZED -> "unknown";
    };
  }
}
