package dev.iommufleet.load.bench;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Profile;
import dev.iommufleet.load.bench.Figure.Better;
import dev.iommufleet.load.bench.Figure.Goal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Many IOMMUs that were created and have left memory: how long it takes, what it costs on disk. */
record KnownIommus(Nodes nodes) implements Benchmark {
  private static final int IN_FLIGHT = 256;
  private static final int PAGE = 1_000;

  /** Ids are of one length, so that their order is that of creation. */
  private static final int FIRST = 10_000_000;

  private static final String IN_MEMORY = "dev.iommufleet.actors.Incarnation";
  private static final int IDLE_MILLIS = 2_000;
  private static final List<String> SETTINGS =
      List.of("iommu-fleet.timeouts.idle-millis = " + IDLE_MILLIS);
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;

  @Override
  public String name() {
    return "known";
  }

  @Override
  public String summary() {
    return "a fleet that is created and leaves memory: time, bytes on disk, a page of the list";
  }

  @Override
  public List<Figure> run(Effort effort) throws IOException, InterruptedException {
    int count = effort.pick(1_000_000, 50_000, 40);
    var how =
        "%,d IOMMUs, %d creations in flight, idle-millis %d"
            .formatted(count, IN_FLIGHT, IDLE_MILLIS);
    var figures = new ArrayList<Figure>();
    try (var workspace = Workspace.create()) {
      try (var lab = Lab.start(nodes, workspace.path(), SETTINGS)) {
        var jvm = new Jvm(lab.node().pid());
        double cpu = jvm.cpuSeconds();
        double seconds = create(lab, count);
        cpu = jvm.cpuSeconds() - cpu;
        figures.add(
            Goal.atLeast(1_000_000 / 600.0, "IOMMUs/s", "known-created", how)
                .of(List.of(count / seconds)));
        figures.add(
            Goal.none("µs", Better.LOWER, "known-created-cpu", how + "; processor time of the node")
                .of(List.of(cpu * 1e6 / count)));
        figures.add(pages(lab.client(), count));
        figures.add(
            Goal.atMost(0, "IOMMUs", "known-in-memory", "instances after a full GC, then")
                .of(List.of((double) stillInMemory(jvm))));
      }
      figures.add(
          Goal.atMost(1_024, "bytes", "known-disk", how + "; files of a stopped node")
              .of(List.of((double) bytes(workspace.path().resolve("data")) / count)));
    }
    return figures;
  }

  private static double create(Lab lab, int count) throws InterruptedException {
    var spec = lab.codec().spec(IommuConfig.of(Profile.ARCHITECTURE, Mode.LEGACY.capabilities));
    var next = new AtomicInteger();
    var failed = new AtomicInteger();
    long start = System.nanoTime();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int worker = 0; worker < IN_FLIGHT; worker++) {
        threads.execute(
            () -> {
              failed.incrementAndGet();
              for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                lab.client().create(id(i), spec);
              }
              failed.decrementAndGet();
            });
      }
    }
    if (failed.get() != 0) {
      throw new IllegalStateException(failed + " of the creating threads ended early");
    }
    return (System.nanoTime() - start) / NANOS_PER_SECOND;
  }

  /** The slowest of pages at the beginning, in the middle and at the end. */
  private static Figure pages(FleetClient client, int count) {
    var millis = new ArrayList<Double>();
    for (int i = 0; i < 60; i++) {
      int from = (int) ((long) count * (i % 20) / 20);
      long start = System.nanoTime();
      var page = client.list(PAGE, from == 0 ? "" : id(from - 1)).getIommuIdsList();
      millis.add((System.nanoTime() - start) / NANOS_PER_MILLI);
      if (!page.getFirst().equals(id(from)) || page.size() != Math.min(PAGE, count - from)) {
        throw new IllegalStateException(
            "the page behind %d begins with %s".formatted(from - 1, page.getFirst()));
      }
    }
    var how = "pages of %,d at 20 places of the list, three times".formatted(PAGE);
    return Goal.atMost(100, "ms", "known-list-page", how).of(millis);
  }

  /** Waits until all could leave. */
  private static long stillInMemory(Jvm jvm) throws IOException, InterruptedException {
    long left = Long.MAX_VALUE;
    for (int look = 0; look < 30 && left > 0; look++) {
      Thread.sleep(IDLE_MILLIS);
      left = jvm.instances(IN_MEMORY);
    }
    return left;
  }

  private static long bytes(Path data) throws IOException {
    try (Stream<Path> files = Files.list(data)) {
      long bytes = 0;
      for (Path file : files.toList()) {
        bytes += Files.size(file);
      }
      return bytes;
    }
  }

  private static String id(int index) {
    return "known-" + (FIRST + index);
  }
}
