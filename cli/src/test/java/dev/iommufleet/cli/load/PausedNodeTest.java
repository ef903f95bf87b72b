package dev.iommufleet.cli.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.cli.capture.MappedCodec;
import dev.iommufleet.cli.lab.NodeProcess;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.load.engine.Faults;
import dev.iommufleet.load.engine.LoadRun;
import dev.iommufleet.load.engine.Progress;
import dev.iommufleet.load.engine.Trail;
import dev.iommufleet.load.scenario.Scenario.Fault;
import dev.iommufleet.load.scenario.Scenario.FaultKind;
import dev.iommufleet.load.scenario.ScenarioReader;
import dev.iommufleet.protocol.api.v1.JournalLevel;
import dev.iommufleet.protocol.api.v1.Observe;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("a node that is paused on purpose")
class PausedNodeTest {
  /** Twenty guests, 200 requests a second; the node stands still for two of five seconds. */
  private static final String SCENARIO =
      """
      name: paused
      topology: {iommus: 20, devices: 1}
      mix: {steady-strict: 1}
      phases:
        - {name: boot, until: booted, warmUp: true, arrival: {model: closed, concurrency: 4}}
        - {name: warm-up, duration: 1s, warmUp: true, arrival: {model: constant, rate: 200}}
        - {name: paused, duration: 5s, arrival: {model: constant, rate: 200}}
      faults: [{at: 1s, kind: stop, for: 2s}]
      thresholds: {errorRate: 0, recovery: 60s}
      """;

  @TempDir private Path folder;

  @Test
  @DisplayName("shows in the latencies of all requests that were to start meanwhile")
  void shows() throws Exception {
    try (var node =
        NodeProcess.start(folder.resolve("data"), 0, folder.resolve("node.log"), List.of())) {
      var scenario = new ScenarioReader().parse("paused.yaml", SCENARIO);

      var result = new LoadRun(scenario, setup(node)).run();

      assertEquals(List.of(), result.missed());
      var micros = result.phases().getLast().micros();
      // A load that waits for answers would see twenty slow requests, one of each guest.
      long slow = micros.getCountBetweenValues(500_000, micros.getMaxValue());
      assertTrue(slow > 200, "requests slower than 0.5 s: " + slow);
      long longest = micros.getValueAtPercentile(99.9);
      assertTrue(longest > 1_900_000, "p99.9 in µs: " + longest);
      assertEquals(1_000, result.phases().getLast().answered());
      var without = result.faults().getFirst().withoutService().toMillis();
      assertTrue(without > 1_500, "ms without service: " + without);
    }
  }

  private static LoadRun.Setup setup(NodeProcess node) {
    return new LoadRun.Setup(
        policy -> FleetClient.connect(node.target(), policy),
        List.of(node.target()),
        new MappedCodec(JournalLevel.JOURNAL_LEVEL_FACTS),
        null,
        Trail.NONE,
        Observe.OBSERVE_REPLIES,
        new Pause(node),
        Progress.NONE,
        _ -> Map.of(),
        "paused",
        false);
  }

  private record Pause(NodeProcess node) implements Faults {
    @Override
    public boolean can(FaultKind kind) {
      return kind == FaultKind.STOP;
    }

    @Override
    public Undo inject(Fault fault) {
      node.pause();
      return node::resume;
    }
  }
}
