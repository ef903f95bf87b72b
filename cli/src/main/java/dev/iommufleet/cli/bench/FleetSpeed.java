package dev.iommufleet.cli.bench;

import dev.iommufleet.load.bench.Benchmark;
import dev.iommufleet.load.bench.Effort;
import dev.iommufleet.load.bench.Figure;
import dev.iommufleet.load.bench.Figure.Goal;
import dev.iommufleet.simulation.fleet.FleetConfig;
import dev.iommufleet.simulation.fleet.FleetRun;
import java.util.ArrayList;
import java.util.List;

/** How many messages of a simulated fleet arrive in a second, with everything checked. */
final class FleetSpeed implements Benchmark {
  private static final double NANOS_PER_SECOND = 1e9;

  @Override
  public String name() {
    return "fleet";
  }

  @Override
  public String summary() {
    return "fleet: messages of explore --fleet, one thread";
  }

  @Override
  public List<Figure> run(Effort effort) {
    int warmUps = effort.pick(5, 0);
    int rounds = effort.pick(5, 1);
    long steps = effort.pick(300_000, 10_000);
    var rates = new ArrayList<Double>();
    for (int round = 0; round < warmUps + rounds; round++) {
      long start = System.nanoTime();
      var result = FleetRun.run(FleetConfig.DEFAULT, round + 1L, steps);
      if (!result.holds()) {
        throw new IllegalStateException("seed %d: %s".formatted(round + 1, result.violation()));
      }
      if (round >= warmUps) {
        rates.add(result.messages() * NANOS_PER_SECOND / (System.nanoTime() - start));
      }
    }
    var size = FleetConfig.DEFAULT;
    String how =
        "%d nodes, %d IOMMUs, %d devices, %,d events, each checked; rounds after %d"
            .formatted(size.nodes(), size.iommus(), size.iommus() * size.devices(), steps, warmUps);
    return List.of(Goal.atLeast(100_000, "messages/s", "fleet-messages", how).of(rates));
  }
}
