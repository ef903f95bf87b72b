package dev.iommufleet.node;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** A call that can be ended from outside its service, which may be answering in other threads. */
final class RefusableCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
  private boolean refused;

  RefusableCall(ServerCall<Q, R> call) {
    super(call);
  }

  synchronized void refuse(StatusRuntimeException refusal) {
    refused = true;
    super.close(refusal.getStatus(), refusal.getTrailers());
  }

  @Override
  public synchronized void sendHeaders(Metadata headers) {
    if (!refused) {
      super.sendHeaders(headers);
    }
  }

  @Override
  public synchronized void sendMessage(R message) {
    if (!refused) {
      super.sendMessage(message);
    }
  }

  @Override
  public synchronized void close(Status status, Metadata trailers) {
    if (!refused) {
      super.close(status, trailers);
    }
  }

  @Override
  public synchronized boolean isCancelled() {
    return refused || super.isCancelled();
  }
}
