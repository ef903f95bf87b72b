package dev.iommufleet.simulation.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Shrinking a schedule")
class ShrinkerTest {
  private static final FleetSchedule LARGE =
      FleetRun.run(new FleetConfig(3, 4, 2), 11, 6_000).schedule();

  /** Fails with a crash of node 0 and two unmappings of guest 1. */
  private static boolean fails(FleetSchedule schedule) {
    long crashes =
        schedule.disturbances.stream()
            .filter(it -> it.kind() == Disturbance.Kind.CRASH && it.target() == 0)
            .count();
    long unmappings =
        schedule.actions.stream()
            .filter(it -> it.kind() == Action.Kind.UNMAP && it.guest() == 1)
            .count();
    return crashes >= 1 && unmappings >= 2;
  }

  private static FleetSchedule shrink(Predicate<FleetSchedule> fails) {
    return new Shrinker(fails).shrink(LARGE);
  }

  @Test
  @DisplayName("keeps what it takes to fail, and nothing else")
  void minimal() {
    var small = shrink(ShrinkerTest::fails);

    assertEquals(1, small.disturbances.size());
    assertEquals(
        List.of(Action.Kind.UNMAP, Action.Kind.UNMAP),
        small.actions.stream().map(Action::kind).toList());
    assertEquals(new FleetConfig(1, 2, 2), small.config);
    assertEquals(true, small.disturbances.getFirst().duration() <= Timing.MILLI);
  }

  @Test
  @DisplayName("of one that always fails leaves nothing")
  void nothing() {
    assertEquals(0, shrink(_ -> true).size());
  }

  @Test
  @DisplayName("of one that fails as a whole only leaves the whole")
  void whole() {
    assertEquals(LARGE.lines().size(), shrink(it -> it.size() == LARGE.size()).lines().size());
  }
}
