package dev.iommufleet.load.bench;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Profile;
import dev.iommufleet.load.bench.BusyIommus.Work;
import dev.iommufleet.load.bench.Figure.Better;
import dev.iommufleet.load.bench.Figure.Goal;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** IOMMUs that run on another node than the one a client talks to, beside those that run there. */
record RemoteIommus(Nodes nodes) implements Benchmark {
  private static final int BATCH = 64;
  private static final int NODES = 2;

  @Override
  public String name() {
    return "remote";
  }

  @Override
  public String summary() {
    return "IOMMUs on another node of a cluster beside those on the client's, batches of 64";
  }

  @Override
  public List<Figure> run(Effort effort) throws IOException {
    int each = effort.pick(32, 32, 2);
    try (var workspace = Workspace.create();
        var cluster = nodes.cluster(workspace.path(), NODES)) {
      var target = cluster.targets().getFirst();
      Map<Boolean, List<String>> ids;
      try (var client = FleetClient.connect(target)) {
        ids = create(client, target, each);
      }
      return measure(effort, target, ids);
    }
  }

  /** Ids of as many that run on the target as of those that do not. */
  private Map<Boolean, List<String>> create(FleetClient client, String target, int each) {
    var spec = nodes.codec().spec(IommuConfig.of(Profile.ARCHITECTURE, Mode.LEGACY.capabilities));
    var ids = new HashMap<>(Map.of(true, new ArrayList<String>(), false, new ArrayList<String>()));
    for (int i = 0; ids.values().stream().anyMatch(some -> some.size() < each); i++) {
      var iommu = client.create("remote-" + i, spec);
      var some = ids.get(iommu.getNode().equals(target));
      if (some.size() < each) {
        some.add(iommu.getId());
      }
      if (i > each * 100) {
        throw new IllegalStateException(i + " IOMMUs, and the nodes have " + ids);
      }
    }
    return Map.copyOf(ids);
  }

  private List<Figure> measure(Effort effort, String target, Map<Boolean, List<String>> ids) {
    var read = nodes.codec().write(Lab.readRegister());
    var batch = ExecuteRequest.newBuilder();
    for (int i = 0; i < BATCH; i++) {
      batch.addOperations(read);
    }
    var work = new Work("remote", 0, false, batch.build());
    int batches = effort.pick(800, 400, 3);
    int warmUps = effort.pick(4, 3, 0);
    var local = new ArrayList<Double>();
    var remote = new ArrayList<Double>();
    var ratios = new ArrayList<Double>();
    for (int round = 0; round < warmUps + effort.pick(9, 5, 1); round++) {
      double here = BusyIommus.round(target, ids.get(true), work, batches);
      double there = BusyIommus.round(target, ids.get(false), work, batches);
      if (round >= warmUps) {
        double operations = (double) ids.get(true).size() * batches * BATCH;
        local.add(operations / here);
        remote.add(operations / there);
        ratios.add(100 * here / there);
      }
    }
    var how =
        ("register reads, %d IOMMUs of the client's node and %d of the other in turn, as in busy;"
                + " both nodes, their database and the client on this machine")
            .formatted(ids.get(true).size(), ids.get(false).size());
    return List.of(
        Goal.none("operations/s", Better.HIGHER, "remote-local", how).of(local),
        Goal.none("operations/s", Better.HIGHER, "remote-other", how).of(remote),
        Goal.atLeast(50, "%", "remote-share", how + "; other by local, of each pair").of(ratios));
  }
}
