package dev.iommufleet.load.bench;

import dev.iommufleet.load.bench.Figure.Goal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Heap that one booted, idle IOMMU takes in a node, with all that its entity needs. */
record EntityFootprint(Nodes nodes) implements Benchmark {
  private static final double KIB = 1024;

  @Override
  public String name() {
    return "entity-footprint";
  }

  @Override
  public String summary() {
    return "heap of one booted, idle IOMMU as an entity of a node";
  }

  @Override
  public List<Figure> run(Effort effort) throws IOException, InterruptedException {
    int iommus = effort.pick(400, 3);
    var runs = new ArrayList<Double>();
    for (int round = 0; round < effort.pick(3, 1); round++) {
      try (var workspace = Workspace.create();
          var lab = Lab.start(nodes, workspace.path(), List.of())) {
        boot(lab, 0, iommus / 2); // What the first ones load stays once for all.
        long before = new Jvm(lab.node().pid()).liveBytes();
        boot(lab, iommus / 2, iommus);
        long after = new Jvm(lab.node().pid()).liveBytes();
        runs.add((after - before) / KIB / (iommus - iommus / 2));
      }
    }
    var how =
        "%d IOMMUs in a node; live bytes after a full GC with all and with half of them"
            .formatted(iommus);
    return List.of(Goal.atMost(16, "KiB", "heap-idle-entity", how).of(runs));
  }

  /** Translation and the queue on; memory was never written. */
  private static void boot(Lab lab, int from, int to) {
    for (int i = from; i < to; i++) {
      lab.create("idle-" + i, Mode.LEGACY);
      lab.guest("idle-" + i, Mode.LEGACY).program();
    }
  }
}
