package dev.iommufleet.load.bench;

import dev.iommufleet.load.bench.Figure.Better;
import dev.iommufleet.load.bench.Figure.Goal;
import dev.iommufleet.load.engine.LoadResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Everything at once for a long time: what of the node grows?
 *
 * @param duration null: as long as the effort says
 */
record MixedLoad(Nodes nodes, Duration duration) implements Benchmark {
  private static final String SCENARIO = "mixed-30min";
  private static final int LOOKS = 30;
  private static final double PERCENT = 100;

  private record Look(double heapBytes, double threads, double files) {}

  @Override
  public String name() {
    return "mixed";
  }

  @Override
  public String summary() {
    return "mixed load for 30 min: live heap, threads and file handles of the node";
  }

  @Override
  public List<Figure> run(Effort effort) throws IOException, InterruptedException {
    var lasts = duration != null ? duration : Duration.ofSeconds(effort.pick(1_800, 60, 3));
    int guests = effort.pick(1_000, 200, 10);
    try (var workspace = Workspace.create();
        var node = nodes.start(workspace.path(), List.of())) {
      var load = Loads.load(Loads.scenario(SCENARIO, guests, lasts), nodes, node);
      var looks = new ArrayList<Look>();
      var result = Loads.passed(watched(load::run, node, lasts, looks));
      return figures(result, looks, lasts);
    }
  }

  private interface Load {
    LoadResult run() throws InterruptedException;
  }

  /** Looks at the node at even times while the load runs. */
  private static LoadResult watched(Load load, Nodes.Node node, Duration lasts, List<Look> looks)
      throws IOException, InterruptedException {
    try (var thread = Executors.newSingleThreadExecutor()) {
      var running =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return load.run();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              },
              thread);
      long pause = Math.max(300, lasts.toMillis() / LOOKS);
      while (true) {
        try {
          return running.get(pause, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          looks.add(look(node.pid()));
        } catch (ExecutionException e) {
          throw new IllegalStateException("the load failed", e.getCause());
        }
      }
    }
  }

  private static Look look(long pid) throws IOException {
    return new Look(
        new Jvm(pid).liveBytes(),
        count(Path.of("/proc/" + pid + "/task")),
        count(Path.of("/proc/" + pid + "/fd")));
  }

  /** NaN where nobody tells. */
  private static double count(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      return all.count();
    } catch (IOException e) {
      return Double.NaN;
    }
  }

  /** The last third against the one before it; the first is warm-up. */
  private static List<Figure> figures(LoadResult result, List<Look> looks, Duration lasts) {
    int third = Math.max(1, looks.size() / 3);
    var before = mean(looks.subList(Math.max(0, looks.size() - 2 * third), looks.size() - third));
    var last = mean(looks.subList(looks.size() - third, looks.size()));
    var how =
        "%,d guests, %d s, %,.0f requests/s; means of %d looks in the last third against the third"
                .formatted(
                    result.scenario().iommus(),
                    lasts.toSeconds(),
                    result.judgedPhases().getFirst().throughput(),
                    third)
            + " before";
    return List.of(
        Goal.atMost(5, "%", "mixed-heap-growth", how + "; after full GCs")
            .of(List.of(growth(before.heapBytes, last.heapBytes))),
        Goal.none("MiB", Better.LOWER, "mixed-heap", how).of(List.of(last.heapBytes / (1 << 20))),
        Goal.atMost(5, "%", "mixed-thread-growth", how)
            .of(List.of(growth(before.threads, last.threads))),
        Goal.atMost(5, "%", "mixed-file-growth", how)
            .of(List.of(growth(before.files, last.files))));
  }

  private static double growth(double before, double after) {
    return Double.isNaN(before) || before == 0 ? 0 : (after - before) / before * PERCENT;
  }

  private static Look mean(List<Look> looks) {
    return new Look(
        looks.stream().mapToDouble(Look::heapBytes).average().orElse(0),
        looks.stream().mapToDouble(Look::threads).average().orElse(0),
        looks.stream().mapToDouble(Look::files).average().orElse(0));
  }
}
