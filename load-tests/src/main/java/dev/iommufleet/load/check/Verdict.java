package dev.iommufleet.load.check;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was judged and what was found.
 *
 * @param invariants in the order of their numbers
 * @param lost acknowledged entries that were not there any more
 * @param duplicated requests that had more than one effect
 * @param unfinished calls of which nobody knows whether they were executed
 */
public record Verdict(List<Judged> invariants, long lost, long duplicated, long unfinished) {

  /**
   * One invariant.
   *
   * @param statement what must be
   * @param checked how often there was something to judge; 0: it was not judged
   * @param violations all of them
   * @param first the first of them
   */
  public record Judged(
      String id, String statement, long checked, long violations, List<Finding> first) {}

  public boolean isClean() {
    return lost == 0 && duplicated == 0 && invariants.stream().allMatch(it -> it.violations() == 0);
  }

  /** How often each invariant was violated; those that were not are left out. */
  public Map<String, Long> violations() {
    var counts = new TreeMap<String, Long>();
    for (Judged it : invariants) {
      if (it.violations() > 0) {
        counts.put(it.id(), it.violations());
      }
    }
    return counts;
  }
}
