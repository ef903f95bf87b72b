package dev.iommufleet.simulation.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A fleet from one seed")
class FleetRunTest {
  private static final FleetConfig SMALL = new FleetConfig(3, 3, 2);
  private static final int SEEDS = 200;
  private static final long STEPS = 4_000;

  @Test
  @DisplayName("keeps I1 to I12 and comes to rest, seed after seed")
  void holds() {
    for (int seed = 1; seed <= SEEDS; seed++) {
      var result = FleetRun.run(SMALL, seed, STEPS);

      assertEquals("", result.violation(), "seed " + seed);
    }
  }

  @Test
  @DisplayName("does the same again, and as its schedule says")
  void deterministic() {
    var first = FleetRun.run(SMALL, 7, STEPS);
    var second = FleetRun.run(SMALL, 7, STEPS);
    var other = FleetRun.run(SMALL, 8, STEPS);
    var replayed = FleetRun.replay(FleetSchedule.read(first.schedule().lines()));

    assertEquals(first.hash(), second.hash());
    assertEquals(first.coverage(), second.coverage());
    assertEquals(first.hash(), replayed.hash());
    assertEquals(first.steps(), replayed.steps());
    assertNotEquals(first.hash(), other.hash());
  }

  @Test
  @DisplayName("meets what it is there for")
  void coverage() {
    var met = FleetRun.run(new FleetConfig(3, 8, 2), 1, 60_000).coverage();

    for (String what :
        List.of(
            "recoveries",
            "answers that came again",
            "attachments: detached",
            "attachments: removed",
            "attachments: refused",
            "commands: Bind",
            "commands: Drain",
            "commands: Flush",
            "dma: ok",
            "dma: aborted",
            "faults read",
            "faults: collapsed",
            "groups: response",
            "groups: refused",
            "spaces revoked",
            "system resets",
            "waits parked",
            "waits discarded")) {
      assertTrue(met.containsKey(what), what + " is missing in " + met.keySet());
    }
  }

  @Test
  @DisplayName("ends in order on one node, with one IOMMU")
  void smallest() {
    var result = FleetRun.run(new FleetConfig(1, 1, 1), 3, 2_000);

    assertEquals("", result.violation());
    assertTrue(result.steps() > 2_000);
  }

  @Test
  @DisplayName("a size that cannot be is refused by name")
  void refused() {
    var error = assertThrows(IllegalArgumentException.class, () -> new FleetConfig(0, 1, 1));

    assertEquals("nodes is 0; 1 to 16 are possible", error.getMessage());
  }

  @Test
  @DisplayName("leaving one disturbance out leaves the others and all actions as they were")
  void stateless() {
    var schedule = FleetRun.run(SMALL, 5, STEPS).schedule();
    var fewer = new ArrayList<>(schedule.lines());
    fewer.removeIf(line -> line.contains("disturb crash"));

    var replayed = FleetRun.replay(FleetSchedule.read(fewer));

    assertEquals("", replayed.violation());
    assertEquals(fewer, replayed.schedule().lines());
  }
}
