package dev.iommufleet.simulation.mutation;

import dev.iommufleet.simulation.fleet.FleetConfig;
import dev.iommufleet.simulation.fleet.FleetRun;
import dev.iommufleet.simulation.fleet.FleetSchedule;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Runs small fleets among mutated classes, one seed after the other, until something breaks. The
 * argument is the number of seeds; the result is as that of {@link Trial}, with seeds for states.
 */
final class FleetTrial implements Function<String, List<String>> {
  private static final FleetConfig SMALL = new FleetConfig(3, 4, 2);
  private static final long STEPS = 20_000;

  /** A schedule of so many events is short enough to stop looking. */
  private static final int SHORT = 20;

  @Override
  public List<String> apply(String mostSeeds) {
    long most = Long.parseLong(mostSeeds);
    FleetSchedule shortest = null;
    long seed = 0;
    while (seed < most && (shortest == null || shortest.size() > SHORT)) {
      var result = FleetRun.run(SMALL, ++seed, STEPS);
      // A model that fails shows no invariant.
      if (!result.holds() && !result.invariant().equals("failure")) {
        var schedule = FleetRun.shrink(result);
        shortest = shortest == null || schedule.size() < shortest.size() ? schedule : shortest;
      }
    }
    var said = new ArrayList<String>();
    said.add(shortest == null ? "safe" : "broken");
    said.add(shortest == null ? "" : FleetRun.replay(shortest).violation());
    said.add(Long.toString(seed));
    if (shortest != null) {
      said.addAll(shortest.lines().subList(2, shortest.lines().size()));
    }
    return said;
  }
}
