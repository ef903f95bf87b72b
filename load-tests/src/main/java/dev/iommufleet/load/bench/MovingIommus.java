package dev.iommufleet.load.bench;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.RetryPolicy;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Profile;
import dev.iommufleet.load.bench.Figure.Better;
import dev.iommufleet.load.bench.Figure.Goal;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** IOMMUs that have to move because their node leaves or is killed: how long each waits. */
record MovingIommus(Nodes nodes) implements Benchmark {
  private static final int NODES = 3;
  private static final RetryPolicy PATIENT =
      new RetryPolicy(Duration.ofMinutes(2), Duration.ofMillis(20), Duration.ofMillis(500));
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double MEDIAN = 0.5;
  private static final double P99 = 0.99;

  @Override
  public String name() {
    return "moves";
  }

  @Override
  public String summary() {
    return "1,000 busy IOMMUs of three nodes: how long each waits when a node leaves or is killed";
  }

  @Override
  public List<Figure> run(Effort effort) throws IOException, InterruptedException {
    int iommus = effort.pick(1_000, 300, 6);
    int rounds = effort.pick(3, 1);
    try (var workspace = Workspace.create();
        var cluster = nodes.cluster(workspace.path(), NODES);
        var client = FleetClient.connect(String.join(",", cluster.targets()), PATIENT)) {
      var spec = nodes.codec().spec(IommuConfig.of(Profile.ARCHITECTURE, Mode.LEGACY.capabilities));
      for (int i = 0; i < iommus; i++) {
        client.create(SteadyWrites.id(i), spec);
      }
      try (var load = SteadyWrites.begin(client, nodes.codec(), iommus)) {
        var round = new Round(cluster, client, load, effort.pick(20, 10, 1));
        var leaves = new ArrayList<List<Double>>();
        var kills = new ArrayList<Double>();
        for (int i = 0; i < rounds; i++) {
          leaves.add(round.leave(i % NODES));
        }
        for (int i = 0; i < rounds; i++) {
          kills.add(round.kill(i % NODES));
        }
        return figures(iommus, leaves, kills);
      }
    }
  }

  private static List<Figure> figures(int iommus, List<List<Double>> leaves, List<Double> kills) {
    var load =
        "%,d IOMMUs on %d nodes, each written once a second, which is journaled; "
            .formatted(iommus, NODES);
    var how =
        load
            + "each node in turn ends on SIGTERM; longest wait of each of its IOMMUs, from when a"
            + " write was due";
    return List.of(
        Goal.none("ms", Better.LOWER, "moves-leave-p50", how).of(percentile(leaves, MEDIAN)),
        Goal.atMost(2_000, "ms", "moves-leave-p99", how).of(percentile(leaves, P99)),
        Goal.atMost(5_000, "ms", "moves-leave-longest", how)
            .of(leaves.stream().map(List::getLast).toList()),
        Goal.none("IOMMUs", Better.HIGHER, "moves-leave-iommus", "that had to move")
            .of(leaves.stream().map(it -> (double) it.size()).toList()),
        Goal.atMost(
                25,
                "s",
                "moves-kill",
                load
                    + "each node in turn is killed; until every IOMMU has answered a write that was"
                    + " due after that")
            .of(kills));
  }

  private static List<Double> percentile(List<List<Double>> ascending, double part) {
    return ascending.stream().map(it -> it.get((int) Math.ceil(it.size() * part) - 1)).toList();
  }

  /** A cluster under load, to which one thing after the other happens. */
  private record Round(
      Nodes.Cluster cluster, FleetClient client, SteadyWrites load, int settleSeconds) {

    /** Longest waits of the IOMMUs of a node that leaves, ascending, in milliseconds. */
    List<Double> leave(int node) throws InterruptedException {
      settle();
      var target = cluster.targets().get(node);
      var moved =
          IntStream.range(0, load.count())
              .filter(i -> client.get(SteadyWrites.id(i)).getNode().equals(target))
              .boxed()
              .toList();
      load.forgetWaits();
      cluster.leave(node);
      load.awaitAnswersSince(System.nanoTime());
      if (moved.isEmpty()) {
        throw new IllegalStateException("no IOMMU was on " + target);
      }
      var waits =
          moved.stream().map(i -> load.longestWaitNanos(i) / NANOS_PER_MILLI).sorted().toList();
      cluster.start(node);
      return waits;
    }

    /** Seconds until all are served. */
    double kill(int node) throws InterruptedException {
      settle();
      long killed = System.nanoTime();
      cluster.kill(node);
      load.awaitAnswersSince(killed);
      double seconds = (System.nanoTime() - killed) / NANOS_PER_SECOND;
      cluster.start(node);
      return seconds;
    }

    /** Shards find their places. */
    private void settle() throws InterruptedException {
      TimeUnit.SECONDS.sleep(settleSeconds);
    }
  }
}
