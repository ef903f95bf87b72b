package dev.iommufleet.load.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Two reports side by side.
 *
 * @param rows what both have
 * @param tolerance percent: what differs by less is noise
 * @param problems of B, as sentences: violations, and thresholds that it missed
 */
public record Comparison(List<Row> rows, double tolerance, List<String> problems) {
  private static final Map<String, Long> FEWEST =
      Map.of("p50", 20L, "p99", 1_000L, "p999", 10_000L);

  /** What is made of a difference. */
  public enum Outcome {
    NOISE,
    BETTER,
    WORSE,
    /** So few values say nothing about this percentile. */
    TOO_FEW
  }

  /**
   * @param name what is compared
   * @param percent by how much B is more than A
   */
  public record Row(
      String name, String unit, double a, double b, double percent, Outcome outcome) {}

  /** Of reports as JSON says them. */
  public static Comparison of(Map<?, ?> a, Map<?, ?> b, double tolerance) {
    var rows = new ArrayList<Row>();
    rows.add(row("requests answered", "1/s", rate(a), rate(b), tolerance, true));
    var names = new TreeSet<String>();
    map(a, "latency").keySet().forEach(it -> names.add((String) it));
    names.retainAll(map(b, "latency").keySet());
    for (String name : names) {
      latency(rows, name, map(map(a, "latency"), name), map(map(b, "latency"), name), tolerance);
    }
    recovery(rows, a, b, tolerance);
    return new Comparison(List.copyOf(rows), tolerance, problems(b));
  }

  /** B is not as good as A, beyond the tolerance, or wrong. */
  public boolean isWorse() {
    return !problems.isEmpty() || rows.stream().anyMatch(it -> it.outcome == Outcome.WORSE);
  }

  // ---- rows --------------------------------------------------------------------------------

  private static void latency(
      List<Row> rows, String name, Map<?, ?> a, Map<?, ?> b, double tolerance) {
    for (String percentile : List.of("p50", "p99", "p999")) {
      var row =
          row(
              name + " " + percentile,
              "ms",
              number(a, percentile),
              number(b, percentile),
              tolerance,
              false);
      double count = Math.min(number(a, "count"), number(b, "count"));
      boolean few = count >= 0 && count < FEWEST.get(percentile);
      rows.add(few ? new Row(row.name, row.unit, row.a, row.b, row.percent, Outcome.TOO_FEW) : row);
    }
  }

  private static void recovery(List<Row> rows, Map<?, ?> a, Map<?, ?> b, double tolerance) {
    double before = longestRecovery(a);
    double after = longestRecovery(b);
    if (before >= 0 && after >= 0) {
      rows.add(row("longest time without service", "ms", before, after, tolerance, false));
    }
  }

  private static Row row(
      String name, String unit, double a, double b, double tolerance, boolean moreIsBetter) {
    double percent = a == b ? 0 : a == 0 ? 100 : 100 * (b - a) / a;
    Outcome outcome =
        Math.abs(percent) <= tolerance
            ? Outcome.NOISE
            : percent > 0 == moreIsBetter ? Outcome.BETTER : Outcome.WORSE;
    return new Row(name, unit, a, b, percent, outcome);
  }

  // ---- reading -----------------------------------------------------------------------------

  private static List<String> problems(Map<?, ?> b) {
    var problems = new ArrayList<String>();
    map(b, "violations").forEach((id, count) -> problems.add(count + " violations of " + id));
    if (number(b, "lost") > 0) {
      problems.add("%.0f acknowledged entries were lost".formatted(number(b, "lost")));
    }
    if (number(b, "duplicated") > 0) {
      problems.add("%.0f requests were executed twice".formatted(number(b, "duplicated")));
    }
    if (b.get("missed") instanceof List<?> missed) {
      missed.forEach(it -> problems.add(it.toString()));
    }
    return List.copyOf(problems);
  }

  private static double rate(Map<?, ?> report) {
    double seconds = 0;
    double answered = 0;
    if (report.get("phases") instanceof List<?> phases) {
      for (Object phase : phases) {
        seconds += number((Map<?, ?>) phase, "seconds");
        answered += number((Map<?, ?>) phase, "acknowledged");
      }
    }
    return seconds > 0 ? answered / seconds : number(report, "acknowledged");
  }

  /** Milliseconds; -1: there was no fault, or one that nobody recovered from. */
  private static double longestRecovery(Map<?, ?> report) {
    double longest = -1;
    if (report.get("recoveries") instanceof List<?> recoveries) {
      for (Object it : recoveries) {
        longest = Math.max(longest, number((Map<?, ?>) it, "millis"));
      }
    }
    return longest;
  }

  private static Map<?, ?> map(Map<?, ?> tree, String name) {
    return tree.get(name) instanceof Map<?, ?> it ? it : Map.of();
  }

  /** -1: there is none. */
  private static double number(Map<?, ?> tree, String name) {
    return tree.get(name) instanceof Number it ? it.doubleValue() : -1;
  }
}
