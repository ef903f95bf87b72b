package dev.iommufleet.simulation;

/** A scenario or schedule file that cannot be read; the message names file and line. */
public final class ScenarioException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ScenarioException(String message, Throwable cause) {
    super(message, cause);
  }
}
