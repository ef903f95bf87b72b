package dev.iommufleet.cli.bench;

import dev.iommufleet.load.bench.Benchmark;
import dev.iommufleet.load.bench.Effort;
import dev.iommufleet.load.bench.Figure;
import dev.iommufleet.load.bench.Figure.Goal;
import dev.iommufleet.simulation.Exploration;
import java.util.ArrayList;
import java.util.List;

/** How fast the explorer visits states, in scenarios of several kinds. */
final class ExplorerSpeed implements Benchmark {
  private static final List<String> SCENARIOS =
      List.of("A-flush-against-unplug", "L-completion-against-dma", "Q-fill-against-flush");
  private static final double NANOS_PER_SECOND = 1e9;

  @Override
  public String name() {
    return "explorer";
  }

  @Override
  public String summary() {
    return "explorer: distinct states visited, one thread";
  }

  @Override
  public List<Figure> run(Effort effort) {
    int warmUps = effort.pick(1, 0);
    int rounds = effort.pick(3, 1);
    List<String> names = effort == Effort.FULL ? SCENARIOS : List.of("M", "U");
    var rates = new ArrayList<Double>();
    for (int round = 0; round < warmUps + rounds; round++) {
      long states = 0;
      long start = System.nanoTime();
      for (String name : names) {
        states += Exploration.of(name).explore(1).states();
      }
      if (round >= warmUps) {
        rates.add(states * NANOS_PER_SECOND / (System.nanoTime() - start));
      }
    }
    String how = "scenarios %s, each state checked; rounds after %d".formatted(names, warmUps);
    return List.of(Goal.atLeast(50_000, "states/s", "explorer-states", how).of(rates));
  }
}
