package dev.iommufleet.simulation.fleet;

import dev.iommufleet.simulation.Plain;
import dev.iommufleet.simulation.Transitions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/** Runs fleets. */
public final class FleetRun {

  private FleetRun() {}

  /**
   * What came of a run.
   *
   * @param steps events that were handled
   * @param messages that arrived
   * @param entries that were written
   * @param crashes of processes that were ordered
   * @param micros of virtual time
   * @param violation the invariant and how it is broken; empty: none
   * @param hash of everything that happened and of every state; the same on every machine
   * @param coverage how often what happened
   * @param transitions which events the machines met in which states
   */
  public record Result(
      long seed,
      long steps,
      long messages,
      long entries,
      long crashes,
      long micros,
      String violation,
      long hash,
      FleetSchedule schedule,
      Map<String, Long> coverage,
      Transitions transitions) {

    public boolean holds() {
      return violation.isEmpty();
    }

    /** Of what is broken, such as I1; empty: nothing. */
    public String invariant() {
      int colon = violation.indexOf(':');
      return colon < 0 ? violation : violation.substring(0, colon);
    }
  }

  /** Disturbed for {@code steps} events, then left alone until nobody owes anything. */
  public static Result run(FleetConfig config, long seed, long steps) {
    return run(config, seed, steps, _ -> {});
  }

  /** {@code progress} is told now and then how many events were handled. */
  public static Result run(FleetConfig config, long seed, long steps, LongConsumer progress) {
    var run = new Run(config, seed);
    return guarded(run, () -> run.chance(steps, progress));
  }

  /** As written. */
  public static Result replay(FleetSchedule schedule) {
    var run = new Run(schedule.config, schedule.seed);
    return guarded(run, () -> run.follow(schedule));
  }

  /** A run whose model fails is a violation as well: it has a schedule to show. */
  private static Result guarded(Run run, Runnable disturbed) {
    String failure = "";
    try {
      disturbed.run();
      run.settle();
    } catch (RuntimeException e) {
      var at = e.getStackTrace();
      failure = "failure: %s at %s".formatted(e, at.length == 0 ? "?" : at[0]);
    }
    return run.result(failure);
  }

  /** The events of a schedule, one line each, for people. */
  public static List<String> tell(FleetSchedule schedule) {
    var run = new Run(schedule.config, schedule.seed);
    var lines = new ArrayList<String>();
    run.cluster().tellTo(line -> lines.add(Plain.of(line)));
    Result result = guarded(run, () -> run.follow(schedule));
    if (!result.holds()) {
      lines.add("%10.3f ms  %s".formatted(run.cluster().agenda.now() / 1000.0, result.violation()));
    }
    return lines;
  }

  /** The smallest schedule that was found to break the same invariant. */
  public static FleetSchedule shrink(Result failed) {
    return new Shrinker(failed.invariant()).shrink(failed.schedule());
  }
}
