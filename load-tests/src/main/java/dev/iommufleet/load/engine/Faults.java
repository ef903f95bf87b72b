package dev.iommufleet.load.engine;

import dev.iommufleet.load.scenario.Scenario.Fault;
import dev.iommufleet.load.scenario.Scenario.FaultKind;
import java.io.IOException;

/** Does to a fleet what a scenario says; whoever started the nodes can. */
public interface Faults {

  /** Whether this can be done here. */
  boolean can(FaultKind kind);

  /**
   * Does it.
   *
   * @return what undoes it, once
   */
  Undo inject(Fault fault) throws IOException, InterruptedException;

  /** Whether every node that was started again serves. */
  default boolean whole() {
    return true;
  }

  /** Makes good what was done. */
  @FunctionalInterface
  interface Undo {
    void run() throws IOException, InterruptedException;
  }
}
