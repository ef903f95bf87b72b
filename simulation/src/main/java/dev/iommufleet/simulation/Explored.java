package dev.iommufleet.simulation;

import java.util.List;

/**
 * What an exploration found.
 *
 * @param states distinct states
 * @param steps transitions that were executed
 * @param interleavings orders that lead from the start to an end; 2^63 - 1 stands for more
 * @param exhaustive every reachable state was visited
 * @param violation the first that was met, or null
 */
record Explored(
    long states, long steps, long interleavings, boolean exhaustive, Violation violation) {

  /**
   * @param schedule what happened, from the start
   * @param what the invariant and how it is broken
   */
  record Violation(List<Choice> schedule, String what) {}
}
