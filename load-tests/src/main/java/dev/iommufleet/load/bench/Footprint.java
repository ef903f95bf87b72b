package dev.iommufleet.load.bench;

import dev.iommufleet.hardware.vtd.FactSink;
import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Profile;
import dev.iommufleet.load.bench.Figure.Better;
import dev.iommufleet.load.bench.Figure.Goal;
import dev.iommufleet.load.capture.InProcessTarget;
import dev.iommufleet.load.capture.Replayer;
import dev.iommufleet.load.capture.Report;
import dev.iommufleet.load.capture.ShippedCaptures;
import dev.iommufleet.load.capture.Step;
import dev.iommufleet.load.capture.Target;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Heap that the model of one IOMMU holds: many are made, and what is left after a full GC. */
final class Footprint implements Benchmark {
  private static final String HOW =
      "%d IOMMUs in one JVM; used heap after a full GC, minus that before, by their number";
  private static final double KIB = 1024;
  private static final int MOMENTS = 4;

  @Override
  public String name() {
    return "footprint";
  }

  @Override
  public String summary() {
    return "heap of one IOMMU of the model, booted and idle, and with a Linux guest's tables";
  }

  @Override
  public List<Figure> run(Effort effort) throws IOException {
    var figures = new ArrayList<Figure>();
    int idle = effort.pick(2_000, 20);
    for (Mode mode : Mode.values()) {
      var name = "heap-idle-" + Names.of(mode);
      figures.add(
          Goal.atMost(16, "KiB", name, HOW.formatted(idle))
              .of(measure(effort, idle, () -> booted(mode))));
    }
    for (String capture : ShippedCaptures.names()) {
      if (capture.startsWith("linux-")) {
        figures.addAll(linux(effort, capture));
      }
    }
    return figures;
  }

  /** Translation and the queue on; memory was never written. */
  private static Iommu booted(Mode mode) {
    var machine = new Machine(mode, Profile.QEMU_11_1);
    machine.guest.program();
    return machine.iommu;
  }

  /** The largest of four moments: caches are fullest early on, tables at the end. */
  private static List<Figure> linux(Effort effort, String capture) throws IOException {
    int count = effort.pick(20, 2);
    var recorded = new Recorded();
    try (var file = ShippedCaptures.open(capture)) {
      Replayer.replay(file, recorded, new Report(capture, 0));
    }
    var guest = "-" + capture.replace(".jsonl.gz", "");
    double pages = recorded.replay(MOMENTS).memoryPages();
    List<Double> largest = List.of(0.0);
    for (int i = 1; i <= MOMENTS; i++) {
      int quarters = i;
      var runs = measure(effort, count, () -> recorded.replay(quarters));
      largest = Collections.max(runs) > Collections.max(largest) ? runs : largest;
    }
    var how = HOW.formatted(count) + "; largest after 1, 2, 3 and 4 quarters of the capture";
    return List.of(
        Goal.atMost(100, "KiB", "heap" + guest, how).of(largest),
        Goal.none("pages", Better.LOWER, "pages" + guest, "4 KiB pages that hold data at the end")
            .of(List.of(pages)));
  }

  private static List<Double> measure(Effort effort, int count, Supplier<Iommu> maker) {
    var runs = new ArrayList<Double>();
    for (int run = 0; run < effort.pick(3, 1); run++) {
      var kept = new Iommu[count];
      var _ = maker.get(); // Classes are loaded before the heap is looked at.
      long before = usedBytes(effort);
      for (int i = 0; i < count; i++) {
        kept[i] = maker.get();
      }
      runs.add((usedBytes(effort) - before) / KIB / count);
      if (kept[count - 1].stateHash() != kept[0].stateHash()) {
        throw new IllegalStateException("equal IOMMUs with different states");
      }
    }
    return runs;
  }

  private static long usedBytes(Effort effort) {
    for (int i = 0; i < effort.pick(3, 1); i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** Operations of a capture, to be executed again and again. */
  private static final class Recorded implements Target {
    private final Target target = new InProcessTarget();
    private final List<Operation> operations = new ArrayList<>();
    private IommuConfig config;

    @Override
    public void create(IommuConfig config) {
      this.config = config;
      operations.clear();
      target.create(config);
    }

    @Override
    public void execute(Step step) {
      operations.addAll(step.operations());
      target.execute(step);
    }

    Iommu replay(int quarters) {
      var iommu = new Iommu(config);
      for (Operation operation : operations.subList(0, operations.size() * quarters / MOMENTS)) {
        iommu.execute(operation, FactSink.NONE);
      }
      return iommu;
    }

    @Override
    public void drain() {
      target.drain();
    }

    @Override
    public Optional<RegisterImage> registers() {
      return target.registers();
    }

    @Override
    public void close() {
      target.close();
    }
  }
}
