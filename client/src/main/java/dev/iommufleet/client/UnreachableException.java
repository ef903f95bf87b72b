package dev.iommufleet.client;

/** No node answered at the target in the time that repeats were allowed to take. */
public final class UnreachableException extends FleetException {
  private static final long serialVersionUID = 1;

  UnreachableException(String message, Throwable cause) {
    super(message, cause);
  }
}
