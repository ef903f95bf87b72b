package dev.iommufleet.client;

/** A call that brought no answer. */
public abstract sealed class FleetException extends RuntimeException
    permits RefusedException, UnreachableException, CallFailedException {
  private static final long serialVersionUID = 1;

  FleetException(String message, Throwable cause) {
    super(message, cause);
  }
}
