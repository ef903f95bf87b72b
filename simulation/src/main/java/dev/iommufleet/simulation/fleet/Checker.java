package dev.iommufleet.simulation.fleet;

/** Watches over one invariant. Shares no code with what it watches. */
abstract class Checker {
  private final String invariant;
  private String violation;

  Checker(String invariant) {
    this.invariant = invariant;
  }

  abstract void see(Seen seen);

  /** Nothing is owed any more, as far as this one can see. */
  boolean isQuiet() {
    return true;
  }

  final void broken(String format, Object... arguments) {
    if (violation == null) {
      violation = invariant + ": " + format.formatted(arguments);
    }
  }

  /** Null: none. */
  final String violation() {
    return violation;
  }
}
