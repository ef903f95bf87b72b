package dev.iommufleet.cli.load;

import dev.iommufleet.cli.text.Json;
import dev.iommufleet.load.check.Verdict;
import dev.iommufleet.load.engine.FaultResult;
import dev.iommufleet.load.engine.LoadResult;
import dev.iommufleet.load.engine.PhaseResult;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** A load's result as scripts read it; the first fields are a contract. */
final class ResultJson {
  private ResultJson() {}

  /** {@code verdict} null: nobody judged. */
  static Map<String, Object> tree(LoadResult result, Verdict verdict) {
    var tree = contract(result, verdict);
    var judged = result.judgedPhases();
    tree.put("scenario", result.scenario().name());
    tree.put("seed", result.scenario().seed());
    tree.put("guests", result.scenario().iommus());
    tree.put("targets", result.targets());
    tree.put("interrupted", result.interrupted());
    tree.put("seconds", result.lastedSeconds());
    tree.put("refused", judged.stream().mapToLong(PhaseResult::refused).sum());
    tree.put("unknown", judged.stream().mapToLong(PhaseResult::unknown).sum());
    tree.put("missed", result.missed());
    tree.put("phases", result.phases().stream().map(ResultJson::phase).toList());
    return tree;
  }

  private static Map<String, Object> contract(LoadResult result, Verdict verdict) {
    var judged = result.judgedPhases();
    return Json.object(
        "operations",
        judged.stream().mapToLong(PhaseResult::operations).sum(),
        "acknowledged",
        judged.stream().mapToLong(PhaseResult::answered).sum(),
        "lost",
        verdict == null ? 0 : verdict.lost(),
        "duplicated",
        verdict == null ? 0 : verdict.duplicated(),
        "violations",
        result.violations(),
        "latency",
        latency(result),
        "recoveries",
        result.faults().stream().map(ResultJson::recovery).toList(),
        "passed",
        result.passed());
  }

  /** Without {@code millis} where not everybody was served again. */
  private static Map<String, Object> recovery(FaultResult it) {
    return Json.object(
        "fault",
        it.fault().kind().label() + " node " + it.fault().node(),
        "millis",
        it.withoutService() == null ? null : it.withoutService().toMillis());
  }

  /** Milliseconds, of all phases that are judged. */
  private static Map<String, Object> latency(LoadResult result) {
    var all = new TreeMap<String, Histogram>();
    for (PhaseResult phase : result.judgedPhases()) {
      all.computeIfAbsent("all", _ -> new Histogram(3)).add(phase.micros());
      phase
          .kinds()
          .forEach((kind, it) -> all.computeIfAbsent(kind, _ -> new Histogram(3)).add(it.micros()));
    }
    var tree = new LinkedHashMap<String, Object>();
    all.forEach((kind, micros) -> tree.put(kind, percentiles(micros)));
    return tree;
  }

  private static Map<String, Object> percentiles(Histogram micros) {
    return Json.object(
        "p50", millis(micros, 50),
        "p99", millis(micros, 99),
        "p999", millis(micros, 99.9),
        "max", micros.getMaxValue() / 1e3,
        "count", micros.getTotalCount());
  }

  private static double millis(Histogram micros, double percentile) {
    return micros.getValueAtPercentile(percentile) / 1e3;
  }

  private static Map<String, Object> phase(PhaseResult phase) {
    return Json.object(
        "name", phase.name(),
        "warmUp", phase.warmUp(),
        "seconds", phase.lastedSeconds(),
        "acknowledged", phase.answered(),
        "operations", phase.operations(),
        "refused", phase.refused(),
        "unknown", phase.unknown(),
        "shed", phase.shed(),
        "requestsPerSecond", phase.throughput());
  }
}
