package dev.iommufleet.load.engine;

import dev.iommufleet.load.scenario.Scenario;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a load came to.
 *
 * @param violations by rule, those that were found while it ran
 * @param evidence the first ones of each rule
 * @param failures what ended without an answer, and how often
 * @param interrupted somebody ended it before its time
 * @param missed thresholds that were not met, as sentences; empty: the load passed
 */
public record LoadResult(
    Scenario scenario,
    List<String> targets,
    List<PhaseResult> phases,
    List<FaultResult> faults,
    Map<String, Integer> violations,
    Map<String, List<String>> evidence,
    Map<String, Integer> failures,
    boolean interrupted,
    double lastedSeconds,
    List<String> missed) {

  /** The same with more that was not met, as what befell the nodes outside of the load. */
  public LoadResult withMissed(List<String> more) {
    var all = new ArrayList<>(missed);
    all.addAll(more);
    return new LoadResult(
        scenario,
        targets,
        phases,
        faults,
        violations,
        evidence,
        failures,
        interrupted,
        lastedSeconds,
        List.copyOf(all));
  }

  public boolean passed() {
    return missed.isEmpty();
  }

  /** Those that thresholds are about. */
  public List<PhaseResult> judgedPhases() {
    return phases.stream().filter(it -> !it.warmUp()).toList();
  }
}
