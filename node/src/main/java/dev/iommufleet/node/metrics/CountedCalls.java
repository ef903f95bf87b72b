package dev.iommufleet.node.metrics;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.regex.Pattern;

/** Counts calls that end with a refusal, by its code. */
public record CountedCalls(NodeMetrics metrics) implements ServerInterceptor {
  /** How {@code Errors} begins what it says. */
  private static final Pattern REFUSAL = Pattern.compile("(?s)([A-Z][A-Z_]+): .*");

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            if (!status.isOk()) {
              metrics.refused(code(status));
            }
            super.close(status, trailers);
          }
        },
        headers);
  }

  private static String code(Status status) {
    var text = status.getDescription() == null ? "" : status.getDescription();
    var refusal = REFUSAL.matcher(text);
    return refusal.matches() ? refusal.group(1) : status.getCode().name();
  }
}
