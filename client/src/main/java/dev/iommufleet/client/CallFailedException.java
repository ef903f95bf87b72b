package dev.iommufleet.client;

import io.grpc.Status;

/** A call ended with a gRPC status that carries no refusal of this service. */
public final class CallFailedException extends FleetException {
  private static final long serialVersionUID = 1;

  private final Status.Code status;

  CallFailedException(Status.Code status, String message, Throwable cause) {
    super(message, cause);
    this.status = status;
  }

  public Status.Code status() {
    return status;
  }
}
