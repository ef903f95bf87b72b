package dev.iommufleet.load.bench;

import java.util.List;

/**
 * One measured figure.
 *
 * @param name kebab case, stable: scripts compare it over commits
 * @param value median of the runs
 * @param runs how many runs the median is of
 * @param spread largest minus smallest run, as a share of the median
 * @param target what is to be reached; NaN: nothing is asked
 * @param how how the figure was taken, in a sentence
 */
public record Figure(
    String name,
    double value,
    String unit,
    Better better,
    int runs,
    double spread,
    double target,
    String how) {

  /** Which direction is good. */
  public enum Better {
    LOWER,
    HIGHER
  }

  /** What a figure is called and measured against, before anything was measured. */
  public record Goal(String name, String unit, Better better, double target, String how) {

    public static Goal atMost(double target, String unit, String name, String how) {
      return new Goal(name, unit, Better.LOWER, target, how);
    }

    public static Goal atLeast(double target, String unit, String name, String how) {
      return new Goal(name, unit, Better.HIGHER, target, how);
    }

    /** A figure that explains another one; nothing is asked of it. */
    public static Goal none(String unit, Better better, String name, String how) {
      return new Goal(name, unit, better, Double.NaN, how);
    }

    /** The median of the runs, of which there must be one. */
    public Figure of(List<Double> runs) {
      List<Double> sorted = runs.stream().sorted().toList();
      double median = (sorted.get((sorted.size() - 1) / 2) + sorted.get(sorted.size() / 2)) / 2;
      double spread = median == 0 ? 0 : (sorted.getLast() - sorted.getFirst()) / median;
      return new Figure(name, median, unit, better, sorted.size(), spread, target, how);
    }
  }

  /** Whether nothing is asked of it. */
  public boolean isUnjudged() {
    return Double.isNaN(target);
  }

  /** Whether it reaches its target; a figure without one does. */
  public boolean isReached() {
    return isUnjudged() || (better == Better.LOWER ? value <= target : value >= target);
  }
}
