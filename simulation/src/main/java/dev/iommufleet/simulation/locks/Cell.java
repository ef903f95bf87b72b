package dev.iommufleet.simulation.locks;

import java.util.List;

/**
 * One scenario under one discipline.
 *
 * @param states distinct states that were visited
 * @param findings one of each kind, the shortest stories first; empty: safe
 */
public record Cell(String scenario, String discipline, long states, List<Finding> findings) {

  /**
   * @param kind equal for findings that are one to a reader
   * @param what in full
   * @param gist the story in few lines: what a thread does in one go on one, less what is over when
   *     another comes
   * @param story the shortest, one line for each step
   * @param schedule the same for {@link LockExploration#replay}
   */
  public record Finding(
      Verdict verdict,
      String kind,
      String what,
      List<String> gist,
      List<String> story,
      List<String> schedule) {}

  /** That of the shortest story. */
  public Verdict verdict() {
    return findings.isEmpty() ? Verdict.SAFE : findings.getFirst().verdict();
  }
}
