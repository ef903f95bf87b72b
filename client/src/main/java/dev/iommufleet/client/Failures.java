package dev.iommufleet.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.iommufleet.protocol.api.v1.Refusal;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.util.Optional;
import java.util.Set;

/** Reads what a call failed with. */
final class Failures {

  /** Codes after which the same request with the same id may be sent again. */
  private static final Set<String> REPEATABLE =
      Set.of(
          "JOURNAL_UNAVAILABLE",
          "NODE_STOPPING",
          "NODE_NOT_READY",
          "OWNERSHIP_UNCERTAIN",
          "NO_ANSWER",
          "REQUEST_RUNNING",
          "BUSY");

  /** Of these, those after which nothing was executed for certain. */
  private static final Set<String> NOT_EXECUTED = Set.of("NODE_STOPPING", "NODE_NOT_READY", "BUSY");

  private static final String RETRY_AFTER = "retry_after_millis";

  private Failures() {}

  static FleetException of(String target, Throwable failure) {
    var refusal = refusal(failure);
    if (refusal.isPresent()) {
      return new RefusedException(refusal.get(), failure);
    }
    var status = Status.fromThrowable(failure);
    var said = said(status);
    return switch (status.getCode()) {
      case UNAVAILABLE ->
          new UnreachableException(
              "no node answers at %s%s; start one with 'iommu-fleet node' or name another target"
                  .formatted(target, said),
              failure);
      case DEADLINE_EXCEEDED ->
          new UnreachableException("%s gave no answer in time%s".formatted(target, said), failure);
      case UNIMPLEMENTED ->
          new CallFailedException(
              status.getCode(), "%s does not know this call%s".formatted(target, said), failure);
      default ->
          new CallFailedException(
              status.getCode(),
              "%s ended the call with %s%s".formatted(target, status.getCode(), said),
              failure);
    };
  }

  /** Netty's own description says nothing; its cause does. */
  private static String said(Status status) {
    var text = status.getDescription();
    if (status.getCause() != null && (text == null || text.equals("io exception"))) {
      text = status.getCause().getMessage();
    }
    return text == null ? "" : " (" + text.strip() + ")";
  }

  /** Whether a call that can be repeated without harm is worth another attempt. */
  static boolean repeatable(FleetException failure) {
    return switch (failure) {
      case UnreachableException _ -> true;
      case RefusedException refused -> REPEATABLE.contains(refused.code());
      case CallFailedException _ -> false;
    };
  }

  static boolean notExecuted(FleetException failure) {
    return failure instanceof RefusedException refused
        && (NOT_EXECUTED.contains(refused.code())
            || refused.refusal().getMetadataOrDefault("nothing_executed", "").equals("true"));
  }

  /**
   * The entity does not know the session, and nothing of it can be in the journal: on a request's
   * first attempt because it never arrived, else because the node says so.
   */
  static boolean sessionMayBeginAnew(FleetException failure, boolean firstAttempt) {
    return failure instanceof RefusedException refused
        && refused.code().equals("SESSION_UNKNOWN")
        && (firstAttempt
            || refused.refusal().getMetadataOrDefault("nothing_journaled", "").equals("true"));
  }

  /** Milliseconds that the node asked to wait; 0: it did not say. */
  static long retryAfterMillis(FleetException failure) {
    if (!(failure instanceof RefusedException refused)) {
      return 0;
    }
    try {
      return Long.parseLong(refused.refusal().getMetadataOrDefault(RETRY_AFTER, "0"));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static Optional<Refusal> refusal(Throwable failure) {
    var status = StatusProto.fromThrowable(failure);
    if (status == null) {
      return Optional.empty();
    }
    for (Any detail : status.getDetailsList()) {
      if (detail.is(Refusal.class)) {
        try {
          return Optional.of(detail.unpack(Refusal.class));
        } catch (InvalidProtocolBufferException e) {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }
}
