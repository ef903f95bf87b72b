package dev.iommufleet.simulation.locks;

import java.util.ArrayList;
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
   * @param story the shortest, one line for each step
   * @param schedule the same for {@link LockExploration#replay}
   */
  public record Finding(
      Verdict verdict, String kind, String what, List<String> story, List<String> schedule) {

    /**
     * The story with what a thread does in one go on one line, without the locks that it takes and
     * gives back in it.
     */
    public List<String> paragraphs() {
      List<String> paragraphs = new ArrayList<>();
      List<String> steps = new ArrayList<>();
      String last = "";
      for (String line : story) {
        int colon = line.indexOf(": ");
        String thread = line.substring(0, colon);
        if (!thread.equals(last) && !steps.isEmpty()) {
          paragraphs.add(last + ": " + String.join("; ", steps));
          steps.clear();
        }
        add(steps, line.substring(colon + 2));
        last = thread;
      }
      paragraphs.add(last + ": " + String.join("; ", steps));
      return paragraphs;
    }

    private static void add(List<String> steps, String step) {
      if (step.startsWith("gives ")) {
        String lock = step.substring("gives ".length(), step.lastIndexOf(" back"));
        for (int i = steps.size() - 1; i >= 0; i--) {
          if (steps.get(i).startsWith("takes " + lock + " ")) {
            steps.remove(i);
            return;
          }
        }
      }
      steps.add(step);
    }
  }

  /** That of the shortest story. */
  public Verdict verdict() {
    return findings.isEmpty() ? Verdict.SAFE : findings.getFirst().verdict();
  }
}
