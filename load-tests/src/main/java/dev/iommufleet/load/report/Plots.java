package dev.iommufleet.load.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** The numbers of the plots; as many for a long run as for a short one. */
final class Plots {
  private static final double[] PERCENTILES = {
    0, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.75, 99.9, 99.95, 99.99, 99.999
  };
  private static final int MOST_NAMES = 12;

  private Plots() {}

  static Map<String, Object> of(Tally tally) {
    var tree = new LinkedHashMap<String, Object>();
    tree.put("time", time(tally.timeline));
    tree.put("percentiles", percentiles(tally));
    tree.put("marks", marks(tally));
    return tree;
  }

  private static List<Object> time(Timeline timeline) {
    var at = new ArrayList<>();
    var rate = new ArrayList<>();
    var errors = new ArrayList<>();
    var p50 = new ArrayList<>();
    var p99 = new ArrayList<>();
    var longest = new ArrayList<>();
    double each = timeline.partSeconds();
    for (int i = 0; i < timeline.parts().size(); i++) {
      var part = timeline.parts().get(i);
      boolean any = part.micros.getTotalCount() > 0;
      at.add(i * each);
      rate.add(part.micros.getTotalCount() / each);
      errors.add(part.errors / each);
      p50.add(any ? part.micros.getValueAtPercentile(50) / 1e3 : null);
      p99.add(any ? part.micros.getValueAtPercentile(99) / 1e3 : null);
      longest.add(any ? part.micros.getMaxValue() / 1e3 : null);
    }
    return List.of(at, rate, errors, p50, p99, longest);
  }

  /** Against 1 / (1 - p), which spreads the last percent. */
  private static Map<String, Object> percentiles(Tally tally) {
    var at = new ArrayList<>();
    for (double percentile : PERCENTILES) {
      at.add(100 / (100 - percentile));
    }
    var tree = new LinkedHashMap<String, Object>();
    var names = new ArrayList<>();
    var rows = new ArrayList<>();
    rows.add(at);
    names.add("all");
    rows.add(row(tally.all().micros));
    tally.names().entrySet().stream()
        .sorted(
            (a, b) ->
                Long.compare(
                    b.getValue().micros.getTotalCount(), a.getValue().micros.getTotalCount()))
        .filter(it -> it.getValue().micros.getTotalCount() > 0)
        .limit(MOST_NAMES)
        .forEach(
            it -> {
              names.add(it.getKey());
              rows.add(row(it.getValue().micros));
            });
    tree.put("names", names);
    tree.put("rows", rows);
    return tree;
  }

  /** Percentiles that so few values cannot tell are left out. */
  private static List<Object> row(Histogram micros) {
    var row = new ArrayList<>();
    for (double percentile : PERCENTILES) {
      boolean told = micros.getTotalCount() >= 100 / (100 - percentile);
      row.add(told ? micros.getValueAtPercentile(percentile) / 1e3 : null);
    }
    return row;
  }

  private static List<Object> marks(Tally tally) {
    var marks = new ArrayList<>();
    for (Tally.Phase phase : tally.phases) {
      marks.add(mark("phase", phase.name, phase.beganNanos, phase.beganNanos));
    }
    for (Tally.Fault fault : tally.faults.values()) {
      long end = fault.atNanos + Math.max(0, fault.withoutServiceNanos);
      marks.add(mark("fault", fault.name(), fault.atNanos, end));
    }
    return marks;
  }

  private static Map<String, Object> mark(String kind, String name, long from, long to) {
    var tree = new LinkedHashMap<String, Object>();
    tree.put("kind", kind);
    tree.put("name", name);
    tree.put("from", from / 1e9);
    tree.put("to", to / 1e9);
    return tree;
  }
}
