package dev.iommufleet.load.lab;

/** A lab cannot be set up on this machine. The message says why and what to do. */
public final class LabException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LabException(String message, Throwable cause) {
    super(message, cause);
  }
}
