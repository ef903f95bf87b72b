package dev.iommufleet.load.engine;

import dev.iommufleet.client.FleetException;
import dev.iommufleet.client.RefusedException;
import dev.iommufleet.load.engine.Meter.Outcome;
import dev.iommufleet.load.guest.Answer;
import dev.iommufleet.load.guest.Finding;
import dev.iommufleet.load.guest.Guest;
import dev.iommufleet.load.guest.ModelMachine;
import dev.iommufleet.load.guest.Step;
import dev.iommufleet.load.history.Refusals;

/**
 * The place of one guest. When a request of it ends without an answer, nobody knows what its
 * machine is like: it is left alone, and a guest with the same behaviour begins anew. One thread at
 * a time, but for {@link #waitingSince}.
 */
final class Slot {
  private static final int MOST_FAILURES = 5;

  private final int number;
  private final Crew crew;
  private Guest guest;
  private volatile RemoteMachine machine;
  private ModelMachine oracle;
  private int lives;
  private int failuresInARow;
  private boolean finished;

  Slot(int number, Crew crew) {
    this.number = number;
    this.crew = crew;
    begin();
  }

  private void begin() {
    guest = crew.guest(number, lives);
    machine = crew.machine(name());
    oracle = crew.isCompared(number) ? new ModelMachine() : null;
    lives++;
  }

  private String name() {
    return lives == 0 ? "g" + number : "g" + number + "." + lives;
  }

  boolean isBooted() {
    return finished || guest.isBooted();
  }

  /** It has nothing more to do, or nothing that it did had an answer. */
  boolean isFinished() {
    return finished;
  }

  /** When the call under way was made, as {@link System#nanoTime} counts; 0: none is. */
  long waitingSince() {
    return machine.waitingSince();
  }

  /**
   * One request, to its end.
   *
   * @param intendedNanos when it was to start, as {@link System#nanoTime} counts
   */
  void step(Meter meter, long intendedNanos) {
    Step step = guest.next();
    if (step == null) {
      finished = true;
      return;
    }
    try {
      Answer answer = machine.execute(step, intendedNanos);
      meter.add(step.kind(), Outcome.OK, System.nanoTime() - intendedNanos, operations(step));
      failuresInARow = 0;
      judge(step, answer);
    } catch (FleetException e) {
      boolean refused = e instanceof RefusedException it && Refusals.nothingExecuted(it.code());
      meter.add(
          step.kind(),
          refused ? Outcome.REFUSED : Outcome.UNKNOWN,
          System.nanoTime() - intendedNanos,
          0);
      crew.failed(step.kind(), e);
      startOver();
    }
  }

  private static int operations(Step step) {
    return step instanceof Step.Run it ? it.operations().size() : 1;
  }

  private void startOver() {
    if (++failuresInARow >= MOST_FAILURES) {
      finished = true;
      return;
    }
    crew.abandoned(machine);
    begin();
  }

  private void judge(Step step, Answer answer) {
    for (Finding finding : guest.answered(answer)) {
      found(finding);
    }
    if (oracle == null) {
      return;
    }
    var expected = oracle.execute(step);
    for (Finding finding : ModelMachine.compare(step, expected, answer)) {
      found(finding);
    }
    if (machine.stateHash().isPresent()
        && oracle.isHashComparable()
        && machine.stateHash().get() != oracle.stateHash()) {
      found(
          new Finding(
              Finding.ORACLE,
              "%s: the model's state hash is %016x, the fleet's %016x"
                  .formatted(step.kind(), oracle.stateHash(), machine.stateHash().get())));
      oracle = null; // One difference makes all that follow.
    }
  }

  private void found(Finding finding) {
    crew.violations().add(name(), finding);
    crew.complain(name(), machine.iommuId(), finding);
  }

  /** What its IOMMU has come to. */
  void tellEnd(Trail trail) {
    try {
      machine.tellEnd(trail, guest.isSettled());
    } catch (FleetException e) {
      crew.failed("get", e);
    }
  }

  void cleanUp() {
    crew.cleanUp(machine);
  }
}
