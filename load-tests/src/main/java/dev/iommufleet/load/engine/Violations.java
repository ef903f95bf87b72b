package dev.iommufleet.load.engine;

import dev.iommufleet.load.guest.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What must not be and was. Any thread. */
final class Violations {
  private static final int MOST_KEPT = 20;

  private final Map<String, Integer> counts = new TreeMap<>();
  private final Map<String, List<String>> evidence = new TreeMap<>();
  private long all;

  synchronized void add(String guest, Finding finding) {
    all++;
    counts.merge(finding.rule(), 1, Integer::sum);
    var kept = evidence.computeIfAbsent(finding.rule(), _ -> new ArrayList<>());
    if (kept.size() < MOST_KEPT) {
      kept.add(guest + ": " + finding.what());
    }
  }

  synchronized long count() {
    return all;
  }

  synchronized Map<String, Integer> counts() {
    return new TreeMap<>(counts);
  }

  /** The first of each rule. */
  synchronized Map<String, List<String>> evidence() {
    var copy = new TreeMap<String, List<String>>();
    evidence.forEach((rule, kept) -> copy.put(rule, List.copyOf(kept)));
    return copy;
  }
}
