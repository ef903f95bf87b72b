package dev.iommufleet.load.bench;

import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.load.bench.Figure.Better;
import dev.iommufleet.load.bench.Figure.Goal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Many IOMMUs of one node that were booted and stay in memory: what each takes. */
record ActiveIommus(Nodes nodes) implements Benchmark {
  private static final int AT_ONCE = 64;
  private static final int BATCH = 512;

  /** As many pages of tables as a Linux guest has. */
  private static final int MAPPED = 64 * 40;

  /** Nobody leaves memory while this runs. */
  private static final List<String> SETTINGS =
      List.of("iommu-fleet.timeouts.idle-millis = 3600000");

  private static final String IN_MEMORY = "dev.iommufleet.actors.Incarnation";

  /** What one emulator process has for itself, with one IOMMU. */
  private static final double EMULATOR_KIB = 20e6 / 1024;

  private static final double NANOS_PER_SECOND = 1e9;
  private static final double KIB = 1024;

  @Override
  public String name() {
    return "active";
  }

  @Override
  public String summary() {
    return "a node full of booted, idle IOMMUs: how many, and the memory of each";
  }

  @Override
  public List<Figure> run(Effort effort) throws IOException, InterruptedException {
    var figures = new ArrayList<Figure>();
    figures.addAll(measure("active-bare", 1_000, effort.pick(10_000, 2_000, 3), operations(false)));
    figures.addAll(measure("active-tables", 200, effort.pick(50_000, 2_000, 3), operations(true)));
    return figures;
  }

  /** What a guest does to boot; the same for each. */
  private static List<Operation> operations(boolean tables) {
    var operations = new ArrayList<Operation>();
    var guest = new Guest(Mode.LEGACY, operations::add);
    if (tables) {
      guest.map(MAPPED);
      guest.boot();
    } else {
      guest.program();
    }
    return merged(operations);
  }

  /** The same memory in few writes, then the rest: tables are written before they are used. */
  private static List<Operation> merged(List<Operation> operations) {
    var merged = new ArrayList<Operation>();
    var bytes = new TreeMap<Long, Byte>();
    for (var operation : operations) {
      if (operation instanceof Operation.WriteMemory write) {
        for (int i = 0; i < write.data().length; i++) {
          bytes.put(write.address() + i, write.data()[i]);
        }
      } else {
        merged.add(operation);
      }
    }
    var run = new ByteArrayOutputStream();
    var writes = new ArrayList<Operation>();
    for (var next : bytes.entrySet()) {
      run.write(next.getValue());
      if (!bytes.containsKey(next.getKey() + 1)) {
        long first = next.getKey() - run.size() + 1;
        writes.add(new Operation.WriteMemory(first, run.toByteArray()));
        run.reset();
      }
    }
    merged.addAll(0, writes);
    return merged;
  }

  private List<Figure> measure(String name, int times, int count, List<Operation> operations)
      throws IOException, InterruptedException {
    try (var workspace = Workspace.create();
        var lab = Lab.start(nodes, workspace.path(), SETTINGS)) {
      var jvm = new Jvm(lab.node().pid());
      var requests = requests(lab, operations);
      int first = Math.max(1, count / 20);
      boot(lab, requests, 0, first); // What the first ones load stays once for all.
      long before = jvm.liveBytes();
      long start = System.nanoTime();
      boot(lab, requests, first, count);
      double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
      double kib = (jvm.liveBytes() - before) / KIB / (count - first);
      long active = jvm.instances(IN_MEMORY);
      var how =
          "%,d IOMMUs, live bytes after a full GC with all and with %,d of them"
              .formatted(count, first);
      return List.of(
          Goal.atLeast(count, "IOMMUs", name, "instances in memory after a full GC")
              .of(List.of((double) active)),
          Goal.none("KiB", Better.LOWER, name + "-heap", how).of(List.of(kib)),
          Goal.atLeast(times, "times", name + "-ratio", how + "; 20 MB of a process by that")
              .of(List.of(EMULATOR_KIB / kib)),
          Goal.none(
                  "KiB", Better.LOWER, name + "-pss", "all of the process's memory, by each IOMMU")
              .of(List.of(Qtest.pssKib(lab.node().pid()) / count)),
          Goal.none(
                  "IOMMUs/s",
                  Better.HIGHER,
                  name + "-boots",
                  "created and booted, %d at once".formatted(AT_ONCE))
              .of(List.of((count - first) / seconds)));
    }
  }

  private static List<List<dev.iommufleet.protocol.api.v1.Operation>> requests(
      Lab lab, List<Operation> operations) {
    var written = operations.stream().map(lab.codec()::write).toList();
    var requests = new ArrayList<List<dev.iommufleet.protocol.api.v1.Operation>>();
    for (int from = 0; from < written.size(); from += BATCH) {
      requests.add(written.subList(from, Math.min(from + BATCH, written.size())));
    }
    return requests;
  }

  private static void boot(
      Lab lab, List<List<dev.iommufleet.protocol.api.v1.Operation>> requests, int from, int to) {
    var booted = new AtomicInteger(from);
    try (var threads = Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory())) {
      for (int i = from; i < to; i++) {
        var id = "active-" + i;
        threads.execute(
            () -> {
              lab.create(id, Mode.LEGACY);
              var session = lab.client().session(id);
              requests.forEach(session::execute);
              booted.incrementAndGet();
            });
      }
    }
    if (booted.get() != to) {
      throw new IllegalStateException("booted %d of %d".formatted(booted.get(), to));
    }
  }
}
