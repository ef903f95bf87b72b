package dev.iommufleet.load.engine;

import dev.iommufleet.load.guest.Finding;
import dev.iommufleet.load.guest.ModelMachine;
import dev.iommufleet.load.guest.Recording;
import dev.iommufleet.load.guest.StepHash;
import dev.iommufleet.load.scenario.Scenario;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the guests of a scenario would send: each boots and makes some requests more against the
 * model.
 *
 * @param requests by kind
 * @param hash of all requests in their order, guest by guest
 */
public record DryRun(Map<String, Long> requests, List<Finding> findings, long hash) {
  private static final int STEPS = 200;
  private static final int GUESTS = 1_000;

  /** {@code recording} null: no guest replays. */
  public static DryRun of(Scenario scenario, Recording recording) {
    var requests = new TreeMap<String, Long>();
    var findings = new ArrayList<Finding>();
    var all = new StepHash();
    for (int number = 0; number < Math.min(scenario.iommus(), GUESTS); number++) {
      var guest = Crew.guest(scenario, recording, number, 0);
      var machine = new ModelMachine();
      var hash = new StepHash();
      for (int i = 0; i < STEPS; i++) {
        var step = guest.next();
        if (step == null) {
          break;
        }
        hash.add(step);
        requests.merge(step.kind(), 1L, Long::sum);
        findings.addAll(guest.answered(machine.execute(step)));
      }
      all.add(hash.value());
    }
    return new DryRun(Collections.unmodifiableMap(requests), List.copyOf(findings), all.value());
  }

  public long total() {
    return requests.values().stream().mapToLong(Long::longValue).sum();
  }
}
