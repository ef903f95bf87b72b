package dev.iommufleet.load.bench;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.IommuStream;
import dev.iommufleet.load.bench.Figure.Goal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** How long an IOMMU of a restarted node takes until its first answer. */
record Recovery(Nodes nodes) implements Benchmark {
  private static final List<String> NO_SNAPSHOTS =
      List.of(
          "iommu-fleet.snapshots.every-entries = 1000000",
          "iommu-fleet.snapshots.every-bytes = 1073741824");
  private static final double NANOS_PER_MILLI = 1e6;

  @Override
  public String name() {
    return "recovery";
  }

  @Override
  public String summary() {
    return "recovery of one IOMMU from 10,000 journal entries, without and with snapshots";
  }

  @Override
  public List<Figure> run(Effort effort) throws IOException {
    return List.of(
        measure(effort, Goal.atMost(1_000, "ms", "recovery-journal", how(effort)), NO_SNAPSHOTS),
        measure(
            effort,
            Goal.atMost(100, "ms", "recovery-snapshot", how(effort) + ", snapshots as by default"),
            List.of()));
  }

  private static String how(Effort effort) {
    return ("%d entries (half a snapshot interval after the last snapshot); restart, then the time"
            + " of Get on one IOMMU after the other; the first half warms the new JVM up")
        .formatted(entries(effort));
  }

  private static int entries(Effort effort) {
    return effort.pick(10_500, 20);
  }

  private Figure measure(Effort effort, Goal goal, List<String> settings) throws IOException {
    int iommus = effort.pick(12, 2);
    try (var workspace = Workspace.create()) {
      fill(workspace.path(), settings, iommus, entries(effort));
      try (var lab = Lab.start(nodes, workspace.path(), settings)) {
        var millis = new ArrayList<Double>();
        for (int i = 0; i < iommus; i++) {
          millis.add(recover(lab.client(), id(i), entries(effort)));
        }
        return goal.of(millis.subList(iommus / 2, iommus));
      }
    }
  }

  private void fill(Path data, List<String> settings, int iommus, int entries) throws IOException {
    try (var lab = Lab.start(nodes, data, settings)) {
      IntStream.range(0, iommus).forEach(i -> lab.create(id(i), Mode.LEGACY));
      var streams = IntStream.range(0, iommus).mapToObj(i -> lab.client().stream(id(i))).toList();
      // The creation is an entry, too.
      for (int entry = 1; entry < entries; entry++) {
        for (IommuStream stream : streams) {
          stream.send(lab.batch(Lab.write(entry), 1));
        }
      }
      streams.forEach(IommuStream::drain);
      streams.forEach(IommuStream::close);
    }
  }

  private static double recover(FleetClient client, String id, int entries) {
    long start = System.nanoTime();
    long recovered = client.get(id).getSequenceNumber();
    double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
    if (recovered != entries) {
      throw new IllegalStateException(
          "%s has %d entries, not %d".formatted(id, recovered, entries));
    }
    return millis;
  }

  private static String id(int index) {
    return "recovery-" + index;
  }
}
