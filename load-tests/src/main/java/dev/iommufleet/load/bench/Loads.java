package dev.iommufleet.load.bench;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.load.engine.LoadResult;
import dev.iommufleet.load.engine.LoadRun;
import dev.iommufleet.load.engine.Progress;
import dev.iommufleet.load.engine.ShellFaults;
import dev.iommufleet.load.engine.Trail;
import dev.iommufleet.load.scenario.Scenario;
import dev.iommufleet.load.scenario.ScenarioException;
import dev.iommufleet.load.scenario.ScenarioReader;
import dev.iommufleet.protocol.api.v1.Observe;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Shipped scenarios against one node. */
final class Loads {
  private Loads() {}

  /** A shipped scenario for so many guests; {@code duration} null: as the scenario says. */
  static Scenario scenario(String name, int guests, Duration duration) {
    try {
      return new ScenarioReader().find(name).with(new Scenario.Overrides(null, guests, duration));
    } catch (ScenarioException e) {
      throw new IllegalStateException("the shipped scenario " + name + " cannot be used", e);
    }
  }

  static LoadRun load(Scenario scenario, Nodes nodes, Nodes.Node node) {
    return new LoadRun(
        scenario,
        new LoadRun.Setup(
            policy -> FleetClient.connect(node.target(), policy),
            List.of(node.target()),
            nodes.codec(),
            null,
            Trail.NONE,
            Observe.OBSERVE_REPLIES,
            new ShellFaults(),
            Progress.NONE,
            _ -> Map.of(),
            "bench",
            true));
  }

  /** The result, of a load that passed. */
  static LoadResult passed(LoadResult result) {
    if (!result.passed()) {
      throw new IllegalStateException(
          "scenario %s: %s %s %s"
              .formatted(
                  result.scenario().name(), result.missed(), result.evidence(), result.failures()));
    }
    return result;
  }
}
