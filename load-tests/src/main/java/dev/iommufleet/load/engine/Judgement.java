package dev.iommufleet.load.engine;

import dev.iommufleet.load.scenario.Scenario.Thresholds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Holds what a load came to against its thresholds. */
final class Judgement {
  private static final String ALL = "all";

  private final List<String> missed = new ArrayList<>();

  private Judgement() {}

  /** What was missed, as sentences. */
  static List<String> missed(
      Thresholds asked,
      List<PhaseResult> phases,
      List<FaultResult> faults,
      Map<String, Integer> violations) {
    var judged = phases.stream().filter(it -> !it.warmUp()).toList();
    var judgement = new Judgement();
    judgement.rates(asked, judged);
    asked.p99().forEach((kind, most) -> judgement.percentile(kind, most, judged));
    judgement.recoveries(asked, faults);
    int found = violations.values().stream().mapToInt(Integer::intValue).sum();
    if (found > asked.violations()) {
      judgement.missed.add(
          "%d violations %s; at most %d go".formatted(found, violations, asked.violations()));
    }
    return List.copyOf(judgement.missed);
  }

  private void rates(Thresholds asked, List<PhaseResult> judged) {
    long answered = judged.stream().mapToLong(PhaseResult::answered).sum();
    long errors = judged.stream().mapToLong(it -> it.refused() + it.unknown() + it.shed()).sum();
    double lasted = judged.stream().mapToDouble(PhaseResult::lastedSeconds).sum();
    double rate = errors == 0 ? 0 : errors / (double) (answered + errors);
    if (asked.errorRate() != Thresholds.NO_RATE && rate > asked.errorRate()) {
      missed.add("error rate %.6f; at most %.6f goes".formatted(rate, asked.errorRate()));
    }
    double throughput = lasted == 0 ? 0 : answered / lasted;
    if (asked.throughput() != Thresholds.NO_RATE && throughput < asked.throughput()) {
      missed.add(
          "%.1f requests/s; at least %.1f are asked".formatted(throughput, asked.throughput()));
    }
  }

  private void percentile(String kind, Duration most, List<PhaseResult> judged) {
    var micros = new Histogram(3);
    for (PhaseResult phase : judged) {
      if (kind.equals(ALL)) {
        micros.add(phase.micros());
      } else if (phase.kinds().containsKey(kind)) {
        micros.add(phase.kinds().get(kind).micros());
      }
    }
    double millis = micros.getValueAtPercentile(99) / 1e3;
    if (millis > most.toNanos() / 1e6) {
      missed.add(
          "p99 of %s is %.3f ms; at most %.3f ms go".formatted(kind, millis, most.toNanos() / 1e6));
    }
  }

  private void recoveries(Thresholds asked, List<FaultResult> faults) {
    for (FaultResult it : faults) {
      boolean late =
          it.withoutService() == null
              || !asked.recovery().isZero() && it.withoutService().compareTo(asked.recovery()) > 0;
      if (late) {
        var what = it.fault().kind().label() + " of node " + it.fault().node();
        missed.add(
            it.withoutService() == null
                ? "not everybody was served again after " + what
                : "%.2f s without service after %s; at most %.2f s go"
                    .formatted(
                        it.withoutService().toNanos() / 1e9,
                        what,
                        asked.recovery().toNanos() / 1e9));
      }
    }
  }
}
