package dev.iommufleet.simulation.mutation;

import java.util.List;

/**
 * What was found among changed classes.
 *
 * @param verdict safe: nobody noticed
 * @param what the invariant that breaks
 * @param tried states that were visited, or seeds
 * @param story the shortest, one line for each event
 */
public record Outcome(String verdict, String what, long tried, List<String> story) {
  public boolean found() {
    return !verdict.equals("safe");
  }

  /** As trials say it. */
  static Outcome of(List<String> said) {
    return new Outcome(
        said.get(0), said.get(1), Long.parseLong(said.get(2)), said.subList(3, said.size()));
  }
}
