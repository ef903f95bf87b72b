package dev.iommufleet.load.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.iommufleet.load.scenario.Scenario;
import dev.iommufleet.load.scenario.ScenarioException;
import dev.iommufleet.load.scenario.ScenarioReader;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("what a scenario would send")
class DryRunTest {

  private static DryRun run(Long seed) throws ScenarioException {
    var scenario =
        new ScenarioReader().find("mixed-30min").with(new Scenario.Overrides(seed, 20, null));
    return DryRun.of(scenario, null);
  }

  @Test
  @DisplayName("the same seed sends the same, another one something else")
  void seeds() throws ScenarioException {
    var first = run(null);

    assertEquals(List.of(), first.findings());
    assertEquals(20 * 200, first.total());
    assertEquals(first, run(null));
    assertNotEquals(first.hash(), run(2L).hash());
  }
}
