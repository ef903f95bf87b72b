package dev.iommufleet.load.report;

import dev.iommufleet.load.check.Finding;
import dev.iommufleet.load.check.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a load came to.
 *
 * @param missed thresholds that were not met, as sentences
 */
public record Report(Tally tally, Verdict verdict, List<String> missed) {

  public boolean passed() {
    return missed.isEmpty() && verdict.isClean();
  }

  /** One page that needs nothing else. */
  public void writeHtml(Path file) throws IOException {
    Files.writeString(file, new Page(this).text());
  }

  /** As scripts read it; the first fields are a contract. Values are JSON's. */
  public Map<String, Object> json() {
    var tree = new LinkedHashMap<String, Object>();
    tree.put("operations", tally.operations());
    tree.put("acknowledged", tally.all().micros.getTotalCount());
    tree.put("lost", verdict.lost());
    tree.put("duplicated", verdict.duplicated());
    tree.put("violations", new LinkedHashMap<String, Object>(verdict.violations()));
    tree.put("latency", latencies());
    tree.put("recoveries", recoveries());
    tree.put("passed", passed());
    tree.put("scenario", tally.began.getScenario());
    tree.put("seed", tally.began.getSeed());
    tree.put("interrupted", tally.ended.getInterrupted());
    tree.put("unknown", tally.all().unknown);
    tree.put("refused", tally.all().refused);
    tree.put("missed", missed);
    tree.put("errors", new LinkedHashMap<String, Object>(tally.errors));
    tree.put("phases", phases());
    tree.put("invariants", invariants());
    tree.put("versions", new LinkedHashMap<String, Object>(tally.began.getVersionsMap()));
    tree.put("machine", new LinkedHashMap<String, Object>(tally.began.getMachineMap()));
    return tree;
  }

  private Map<String, Object> latencies() {
    var tree = new LinkedHashMap<String, Object>();
    tree.put("all", latency(tally.all().micros));
    tally.names().forEach((name, it) -> tree.put(name, latency(it.micros)));
    return tree;
  }

  /** Milliseconds. */
  private static Map<String, Object> latency(Histogram micros) {
    var tree = new LinkedHashMap<String, Object>();
    tree.put("p50", micros.getValueAtPercentile(50) / 1e3);
    tree.put("p99", micros.getValueAtPercentile(99) / 1e3);
    tree.put("p999", micros.getValueAtPercentile(99.9) / 1e3);
    tree.put("max", micros.getMaxValue() / 1e3);
    tree.put("count", micros.getTotalCount());
    return tree;
  }

  private List<Object> recoveries() {
    var list = new ArrayList<>();
    for (Tally.Fault fault : tally.faults.values()) {
      var tree = new LinkedHashMap<String, Object>();
      tree.put("fault", fault.name());
      tree.put(
          "millis", fault.withoutServiceNanos < 0 ? null : fault.withoutServiceNanos / 1_000_000);
      tree.put("atSeconds", fault.atNanos / 1e9);
      list.add(tree);
    }
    return list;
  }

  private List<Object> phases() {
    var list = new ArrayList<>();
    for (Tally.Phase phase : tally.phases) {
      var all = phase.all();
      var tree = new LinkedHashMap<String, Object>();
      tree.put("name", phase.name);
      tree.put("seconds", phase.seconds());
      tree.put("acknowledged", all.micros.getTotalCount());
      tree.put("operations", phase.operations);
      tree.put("requestsPerSecond", all.micros.getTotalCount() / Math.max(1e-9, phase.seconds()));
      list.add(tree);
    }
    return list;
  }

  private List<Object> invariants() {
    var list = new ArrayList<>();
    for (Verdict.Judged it : verdict.invariants()) {
      var tree = new LinkedHashMap<String, Object>();
      tree.put("id", it.id());
      tree.put("checked", it.checked());
      tree.put("violations", it.violations());
      tree.put("first", it.first().stream().map(Report::finding).toList());
      list.add(tree);
    }
    return list;
  }

  private static Map<String, Object> finding(Finding it) {
    var tree = new LinkedHashMap<String, Object>();
    tree.put("entity", it.entity());
    tree.put("atSeconds", it.atNanos() / 1e9);
    tree.put("what", it.what());
    tree.put("evidence", it.evidence());
    return tree;
  }
}
