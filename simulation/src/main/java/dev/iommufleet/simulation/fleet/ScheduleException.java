package dev.iommufleet.simulation.fleet;

/** A schedule file says something that cannot be run. */
public final class ScheduleException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ScheduleException(String message) {
    super(message);
  }
}
