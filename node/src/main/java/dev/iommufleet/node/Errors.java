package dev.iommufleet.node;

import com.google.protobuf.Any;
import dev.iommufleet.actors.Refusals;
import dev.iommufleet.actors.RefusedException;
import dev.iommufleet.protocol.api.v1.Refusal;
import dev.iommufleet.protocol.api.v1.RefusalCode;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Map;

/** The one place where refusals become gRPC errors. */
final class Errors {
  private Errors() {}

  static StatusRuntimeException of(Refusal refusal) {
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(status(Refusals.code(refusal)).value())
            .setMessage(refusal.getCode() + ": " + refusal.getMessage())
            .addDetails(Any.pack(refusal))
            .build());
  }

  static StatusRuntimeException of(Throwable failure) {
    return switch (failure) {
      case RefusedException refused -> of(refused.refusal());
      case StatusRuntimeException known -> known;
      default ->
          of(
              Refusals.of(
                  RefusalCode.REFUSAL_CODE_INTERNAL,
                  "the server erred; its log says where: " + failure.getClass().getSimpleName()));
    };
  }

  /** {@code name}: {@code IOMMU 'i1'}. */
  static Refusal noAnswer(String name) {
    return Refusals.of(
        RefusalCode.REFUSAL_CODE_NO_ANSWER,
        "%s did not answer in time; whether the request ran is unknown; repeat it with the same id"
            .formatted(name));
  }

  static Refusal busy(String name, int allowed) {
    return Refusals.of(
        RefusalCode.REFUSAL_CODE_BUSY,
        "%d requests of %s are in flight at this node; that is the most; try again"
            .formatted(allowed, name),
        Map.of("retry_after_millis", "20", "allowed", Integer.toString(allowed)));
  }

  static Refusal stopping() {
    return Refusals.of(
        RefusalCode.REFUSAL_CODE_NODE_STOPPING,
        "this node is stopping; nothing was executed; repeat the request at another or later");
  }

  static Refusal notReady() {
    return Refusals.of(
        RefusalCode.REFUSAL_CODE_NODE_NOT_READY,
        "this node is in no cluster yet; nothing was executed; ask another node, or later");
  }

  static Refusal drained() {
    return Refusals.of(
        RefusalCode.REFUSAL_CODE_NODE_NOT_READY,
        "this node was drained; nothing was executed; ask another node");
  }

  static Refusal notDrained() {
    return Refusals.of(
        RefusalCode.REFUSAL_CODE_NO_ANSWER,
        "the others have not taken all shards in time; this node takes no requests and goes on"
            + " handing over; ask again, or look at the status");
  }

  /** Before anything was sent. */
  static Refusal uncertain() {
    return Refusals.of(
        RefusalCode.REFUSAL_CODE_OWNERSHIP_UNCERTAIN,
        "this node may no longer belong to the cluster's majority; nothing was executed; ask"
            + " another node, or later",
        Map.of("nothing_executed", "true"));
  }

  /** With an answer at hand that may be out of date. */
  static Refusal lostMeanwhile(String name) {
    return Refusals.of(
        RefusalCode.REFUSAL_CODE_OWNERSHIP_UNCERTAIN,
        "this node may no longer belong to the cluster's majority; whether the request of %s ran is"
                .formatted(name)
            + " unknown; repeat it with the same id");
  }

  /** What was under way when the node left its cluster. */
  static Refusal cutOff() {
    return Refusals.of(
        RefusalCode.REFUSAL_CODE_OWNERSHIP_UNCERTAIN,
        "this node has left its cluster; whether the request ran is unknown; repeat it with the"
            + " same id");
  }

  static Status.Code status(RefusalCode code) {
    return switch (code) {
      case REFUSAL_CODE_BAD_ID,
          REFUSAL_CODE_BAD_ARGUMENT,
          REFUSAL_CODE_CONFIG_CONFLICT,
          REFUSAL_CODE_UNKNOWN_QUIRK,
          REFUSAL_CODE_UNKNOWN_OPERATION,
          REFUSAL_CODE_BAD_PAGE_TOKEN,
          REFUSAL_CODE_LIMIT_EXCEEDED ->
          Status.Code.INVALID_ARGUMENT;
      case REFUSAL_CODE_UNSUPPORTED -> Status.Code.UNIMPLEMENTED;
      case REFUSAL_CODE_IOMMU_NOT_FOUND, REFUSAL_CODE_HOST_DEVICE_NOT_FOUND ->
          Status.Code.NOT_FOUND;
      case REFUSAL_CODE_IOMMU_EXISTS, REFUSAL_CODE_HOST_DEVICE_EXISTS -> Status.Code.ALREADY_EXISTS;
      case REFUSAL_CODE_DEVICES_ATTACHED,
          REFUSAL_CODE_IOMMU_DELETED,
          REFUSAL_CODE_HOST_DEVICE_ATTACHED,
          REFUSAL_CODE_HOST_DEVICE_DELETED,
          REFUSAL_CODE_WRONG_STATE,
          REFUSAL_CODE_PLAYED_BY_HOST_DEVICE,
          REFUSAL_CODE_ATTACH_REFUSED,
          REFUSAL_CODE_WRONG_EPOCH,
          REFUSAL_CODE_REQUEST_ID_REUSED,
          REFUSAL_CODE_REQUEST_ID_TOO_OLD,
          REFUSAL_CODE_SESSION_UNKNOWN ->
          Status.Code.FAILED_PRECONDITION;
      case REFUSAL_CODE_REQUEST_RUNNING -> Status.Code.ABORTED;
      case REFUSAL_CODE_BUSY -> Status.Code.RESOURCE_EXHAUSTED;
      case REFUSAL_CODE_BEYOND_END -> Status.Code.OUT_OF_RANGE;
      case REFUSAL_CODE_JOURNAL_UNAVAILABLE,
          REFUSAL_CODE_NODE_STOPPING,
          REFUSAL_CODE_NODE_NOT_READY,
          REFUSAL_CODE_OWNERSHIP_UNCERTAIN ->
          Status.Code.UNAVAILABLE;
      case REFUSAL_CODE_NO_ANSWER -> Status.Code.DEADLINE_EXCEEDED;
      case REFUSAL_CODE_RECOVERY_FAILED -> Status.Code.DATA_LOSS;
      case REFUSAL_CODE_INTERNAL -> Status.Code.INTERNAL;
      case REFUSAL_CODE_UNSPECIFIED, UNRECOGNIZED -> Status.Code.UNKNOWN;
    };
  }
}
