package dev.iommufleet.node;

import dev.iommufleet.protocol.cluster.v1.EntityRequest;

/** Which requests may reach their entity twice. */
final class Repeats {
  private Repeats() {}

  /**
   * Whether a second copy of the request does no harm: it changes nothing, says the same as the
   * first however often it comes, or has an id by which the entity knows it.
   */
  static boolean harmless(EntityRequest request) {
    return switch (request.getRequestCase()) {
      case EXECUTE -> request.getExecute().hasRequestId();
      case ENCODED_EXECUTE -> ExecuteEnvelope.known(request.getEncodedExecute()).hasId();
      case EXECUTE_HOST_DEVICE -> request.getExecuteHostDevice().hasRequestId();
      case CREATE,
          GET,
          GET_REGISTERS,
          LIST_PASID_CACHE,
          LIST_FAULTS,
          READ_MEMORY,
          WAKE,
          CREATE_HOST_DEVICE,
          GET_HOST_DEVICE,
          LIST_HOST_DEVICE_STATE,
          WAIT_HOST_DEVICE ->
          true;
      // The second would be told that there is nothing to delete; watchers renew by themselves.
      case DELETE, DELETE_HOST_DEVICE, WATCH, STOP_WATCH, WATCH_CREDIT, REQUEST_NOT_SET -> false;
    };
  }
}
