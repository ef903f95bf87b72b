package dev.iommufleet.load.bench;

import dev.iommufleet.load.bench.Figure.Better;
import dev.iommufleet.load.bench.Figure.Goal;
import java.io.IOException;
import java.util.List;

/** Many synthetic guests boot on one node, devices and PASID tables included. */
record GuestBoots(Nodes nodes) implements Benchmark {
  private static final int GUESTS = 10_000;
  private static final String SCENARIO = "boot-10k";

  @Override
  public String name() {
    return "guest-boots";
  }

  @Override
  public String summary() {
    return "10,000 synthetic guests boot, two devices and eight PASIDs each";
  }

  @Override
  public List<Figure> run(Effort effort) throws IOException, InterruptedException {
    int guests = effort.pick(GUESTS, 1_000, 5);
    try (var workspace = Workspace.create();
        var node = nodes.start(workspace.path(), List.of())) {
      var scenario = Loads.scenario(SCENARIO, guests, null);
      var result = Loads.passed(Loads.load(scenario, nodes, node).run());
      var boot = result.phases().getFirst();
      var how =
          "%,d guests, %,d requests with %,d operations, created to last mapping; one in a hundred"
                  .formatted(guests, boot.answered(), boot.operations())
              + " compared with the model";
      return List.of(
          Goal.atMost(120, "s", "guest-boots", how).of(List.of(boot.lastedSeconds())),
          Goal.none("requests/s", Better.HIGHER, "guest-boots-requests", how)
              .of(List.of(boot.throughput())));
    }
  }
}
