package dev.iommufleet.cli.load;

import dev.iommufleet.load.check.Finding;
import dev.iommufleet.load.check.Verdict;
import dev.iommufleet.load.engine.LoadResult;
import dev.iommufleet.load.engine.PhaseResult;
import java.io.PrintWriter;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/** A load's result as people read it. */
final class ResultTable {
  private static final String ROW = "  %-22s %10s %8s %8s %9s %9s %9s %10s";

  private static final int MOST_SHOWN = 5;

  private final PrintWriter out;

  ResultTable(PrintWriter out) {
    this.out = out;
  }

  /** {@code verdict} null: nobody judged. */
  void print(LoadResult result, Verdict verdict) {
    for (PhaseResult phase : result.phases()) {
      print(phase);
    }
    for (var fault : result.faults()) {
      line(
          "%s of node %d at %.1f s: %s",
          fault.fault().kind().label(),
          fault.fault().node(),
          fault.atSeconds(),
          fault.withoutService() == null
              ? "not everybody was served again"
              : "%.2f s without service".formatted(fault.withoutService().toNanos() / 1e9));
    }
    result
        .evidence()
        .forEach(
            (rule, kept) -> {
              line("%d violations of %s:", result.violations().get(rule), rule);
              kept.stream().limit(MOST_SHOWN).forEach(it -> line("  %s", it));
            });
    result.failures().entrySet().stream()
        .limit(10)
        .forEach(it -> line("%d times %s", it.getValue(), it.getKey()));
    if (verdict != null) {
      print(verdict);
    }
    result.missed().forEach(it -> line("missed: %s", it));
    line("%s%s", result.passed() ? "passed" : "FAILED", result.interrupted() ? ", cut short" : "");
  }

  private void print(Verdict verdict) {
    var judged = verdict.invariants().stream().filter(it -> it.checked() > 0).toList();
    line(
        "judged: %s",
        judged.stream()
            .map(it -> "%s %,d times".formatted(it.id(), it.checked()))
            .collect(Collectors.joining(", ")));
    for (Verdict.Judged it : judged) {
      if (it.violations() > 0) {
        line("%s violated %,d times: %s", it.id(), it.violations(), it.statement());
        it.first().stream().limit(MOST_SHOWN).forEach(found -> print(found));
      }
    }
  }

  private void print(Finding found) {
    line("  %s at %.3f s: %s", found.entity(), found.atNanos() / 1e9, found.what());
    found.evidence().stream().limit(MOST_SHOWN).forEach(it -> line("    %s", it));
  }

  private void print(PhaseResult phase) {
    line(
        "%s%s: %,d requests (%,d operations) in %.1f s, %,.0f/s",
        phase.name(),
        phase.warmUp() ? " (warm-up)" : "",
        phase.answered(),
        phase.operations(),
        phase.lastedSeconds(),
        phase.throughput());
    if (phase.shed() > 0) {
      line("  %,d arrivals were shed: too many waited", phase.shed());
    }
    line(ROW, "milliseconds", "answered", "refused", "unknown", "p50", "p99", "p99.9", "longest");
    phase.kinds().forEach((kind, it) -> row(kind, it.micros(), it.refused(), it.unknown()));
    if (phase.kinds().size() > 1) {
      row("all", phase.micros(), phase.refused(), phase.unknown());
    }
  }

  private void row(String kind, Histogram micros, long refused, long unknown) {
    line(
        ROW,
        kind,
        "%,d".formatted(micros.getTotalCount()),
        refused,
        unknown,
        millis(micros.getValueAtPercentile(50)),
        millis(micros.getValueAtPercentile(99)),
        millis(micros.getValueAtPercentile(99.9)),
        millis(micros.getMaxValue()));
  }

  private static String millis(long micros) {
    return "%.2f".formatted(micros / 1e3);
  }

  private void line(String format, Object... arguments) {
    out.println(format.formatted(arguments));
    out.flush();
  }
}
