package dev.iommufleet.load.bench;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.IommuStream;
import dev.iommufleet.load.bench.Figure.Better;
import dev.iommufleet.load.bench.Figure.Goal;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Many IOMMUs of one node that are busy at once, each over a stream of its own. */
record BusyIommus(Nodes nodes) implements Benchmark {
  private static final int BATCH = 64;

  /** Batches of each IOMMU that are in flight. */
  private static final int DEPTH = 4;

  /** Streams share connections. */
  private static final int CONNECTIONS = 4;

  private static final double NANOS_PER_SECOND = 1e9;

  @Override
  public String name() {
    return "busy";
  }

  @Override
  public String summary() {
    return "256 busy IOMMUs, batches of 64: journaled writes, register reads, translation hits";
  }

  /** What is measured. */
  record Work(String name, double target, boolean journaled, ExecuteRequest batch) {}

  @Override
  public List<Figure> run(Effort effort) throws IOException {
    int iommus = effort.pick(256, 256, 4);
    var figures = new ArrayList<Figure>();
    try (var workspace = Workspace.create();
        var lab = Lab.start(nodes, workspace.path(), List.of())) {
      boot(lab, iommus);
      var reads = lab.batch(Lab.readRegister(), BATCH);
      var hits = lab.batch(Guest.read(Guest.SOURCE, 0), BATCH);
      for (Work work :
          List.of(
              new Work("busy-journaled", 200_000, true, writes(lab)),
              new Work("busy-register-reads", 1_000_000, false, reads),
              new Work("busy-translation-hits", 1_000_000, false, hits))) {
        figures.addAll(measure(lab, effort, work, iommus));
      }
    }
    return figures;
  }

  private static void boot(Lab lab, int iommus) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < iommus; i++) {
        var id = id(i);
        threads.execute(
            () -> {
              lab.create(id, Mode.LEGACY);
              var guest = lab.guest(id, Mode.LEGACY);
              guest.boot();
              guest.map(1);
            });
      }
    }
  }

  /** Each write changes the register, also where one batch follows another. */
  private static ExecuteRequest writes(Lab lab) {
    var request = ExecuteRequest.newBuilder();
    IntStream.rangeClosed(1, BATCH)
        .mapToObj(value -> lab.codec().write(Lab.write(value)))
        .forEach(request::addOperations);
    return request.build();
  }

  private static List<Figure> measure(Lab lab, Effort effort, Work work, int iommus) {
    int batches = effort.pick(work.journaled() ? 100 : 400, work.journaled() ? 40 : 150, 3);
    int warmUps = effort.pick(3, 3, 0);
    int rounds = effort.pick(7, 3, 1);
    var jvm = new Jvm(lab.node().pid());
    var ids = IntStream.range(0, iommus).mapToObj(BusyIommus::id).toList();
    var rates = new ArrayList<Double>();
    var costs = new ArrayList<Double>();
    for (int round = 0; round < warmUps + rounds; round++) {
      double cpu = jvm.cpuSeconds();
      double seconds = round(lab.node().target(), ids, work, batches);
      cpu = jvm.cpuSeconds() - cpu;
      if (round >= warmUps) {
        double operations = (double) iommus * batches * BATCH;
        rates.add(operations / seconds);
        costs.add(cpu * 1e6 / operations);
      }
    }
    var how =
        ("%d IOMMUs, a stream each over %d connections, %d batches of %d in flight of each, %d a"
                + " round")
            .formatted(iommus, CONNECTIONS, DEPTH, BATCH, batches);
    return List.of(
        Goal.atLeast(work.target(), "operations/s", work.name(), how).of(rates),
        Goal.none("µs", Better.LOWER, work.name() + "-cpu", how + "; node's processor time each")
            .of(costs));
  }

  /** Seconds that so many batches to each IOMMU take, over a node. */
  static double round(String target, List<String> ids, Work work, int batches) {
    var failed = new AtomicInteger(ids.size());
    var clients =
        IntStream.range(0, CONNECTIONS).mapToObj(_ -> FleetClient.connect(target)).toList();
    long start = System.nanoTime();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < ids.size(); i++) {
        var id = ids.get(i);
        var client = clients.get(i % CONNECTIONS);
        threads.execute(
            () -> {
              try (var stream = client.stream(id)) {
                send(stream, work, batches);
              }
              failed.decrementAndGet();
            });
      }
    }
    double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
    clients.forEach(FleetClient::close);
    if (failed.get() != 0) {
      throw new IllegalStateException("%s: %d streams failed".formatted(work.name(), failed.get()));
    }
    return seconds;
  }

  private static void send(IommuStream stream, Work work, int batches) {
    var inFlight = new ArrayDeque<CompletableFuture<ExecuteResponse>>();
    long entries = -1;
    for (int i = 0; i < batches; i++) {
      inFlight.add(stream.send(work.batch()));
      if (inFlight.size() == DEPTH) {
        entries = checked(inFlight.remove().join(), work, entries);
      }
    }
    while (!inFlight.isEmpty()) {
      entries = checked(inFlight.remove().join(), work, entries);
    }
  }

  /** Each batch is answered whole, and has an entry exactly where it should. */
  private static long checked(ExecuteResponse response, Work work, long before) {
    long entries = response.getSequenceNumber();
    long due = before == -1 ? entries : work.journaled() ? before + 1 : before;
    if (response.getRepliesCount() != BATCH || entries != due) {
      throw new IllegalStateException(
          "%s: %d replies behind entry %d, due are %d"
              .formatted(work.name(), response.getRepliesCount(), entries, due));
    }
    return entries;
  }

  private static String id(int index) {
    return "busy-" + index;
  }
}
