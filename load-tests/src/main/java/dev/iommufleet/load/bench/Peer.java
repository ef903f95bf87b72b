package dev.iommufleet.load.bench;

import dev.iommufleet.client.IommuStream;
import dev.iommufleet.load.bench.Figure.Better;
import dev.iommufleet.load.bench.Figure.Goal;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** This fleet beside one emulator process for each VM, in one run on one machine. */
record Peer(Nodes nodes) implements Benchmark {
  private static final String PROGRAM = "qemu-system-x86_64";
  private static final int BATCH = 64;
  private static final String ID = "peer";

  /** IOMMUs that are read at once. */
  private static final int BUSY = 256;

  private static final double NOT_ASKED = Double.NaN;
  private static final double NANOS_PER_SECOND = 1e9;

  @Override
  public String name() {
    return "peer";
  }

  @Override
  public String summary() {
    return "beside one " + PROGRAM + " for each VM: starts, memory, register reads";
  }

  @Override
  public Optional<String> missing() {
    return program().isPresent()
        ? Optional.empty()
        : Optional.of(
            "there is no "
                + PROGRAM
                + " on the PATH to compare with; Debian has it in the package qemu-system-x86");
  }

  private static Optional<Path> program() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .map(folder -> Path.of(folder, PROGRAM))
        .filter(Files::isExecutable)
        .findFirst();
  }

  @Override
  public List<Figure> run(Effort effort) throws IOException, InterruptedException {
    var figures = new ArrayList<Figure>();
    try (var workspace = Workspace.create()) {
      figures.addAll(emulators(effort, workspace.path()));
    }
    try (var workspace = Workspace.create();
        var lab = Lab.start(nodes, workspace.path(), List.of())) {
      figures.addAll(ours(effort, lab));
    }
    figures.addAll(ratios(figures));
    return figures;
  }

  private static List<Figure> emulators(Effort effort, Path folder)
      throws IOException, InterruptedException {
    int count = effort.pick(20, 10, 1);
    var all = new ArrayList<Qtest>();
    try {
      long start = System.nanoTime();
      for (int i = 0; i < count; i++) {
        all.add(Qtest.start(program().orElseThrow(), folder, i));
      }
      double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
      var pss = new ArrayList<Double>();
      var own = new ArrayList<Double>();
      for (var one : all) {
        pss.add(Qtest.pssKib(one.pid()));
        own.add(Qtest.privateKib(one.pid()));
      }
      var how = "%d processes, started one after the other, all running".formatted(count);
      var one = all.getFirst();
      return List.of(
          Goal.none("IOMMUs/s", Better.HIGHER, "peer-emulator-starts", how)
              .of(List.of(count / seconds)),
          Goal.none("KiB", Better.LOWER, "peer-emulator-pss", how).of(pss),
          Goal.none("KiB", Better.LOWER, "peer-emulator-private", how).of(own),
          reads(effort, "peer-emulator-reads-single", 1, "qtest socket", () -> one.read(1)),
          reads(effort, "peer-emulator-reads-64", BATCH, "qtest socket", () -> one.read(BATCH)));
    } finally {
      for (var one : all) {
        one.close();
      }
    }
  }

  private static List<Figure> ours(Effort effort, Lab lab) throws IOException {
    int count = effort.pick(5_000, 2_000, 4);
    boot(lab, 0, count); // Warms up.
    long start = System.nanoTime();
    boot(lab, count, 2 * count);
    double seconds = (System.nanoTime() - start) / NANOS_PER_SECOND;
    new Jvm(lab.node().pid()).collect();
    double pss = Qtest.pssKib(lab.node().pid()) / (2 * count);
    lab.create(ID, Mode.LEGACY);
    var batch = lab.batch(Lab.readRegister(), BATCH);
    var session = lab.client().session(ID);
    var one = List.of(lab.codec().write(Lab.readRegister()));
    try (var stream = lab.client().stream(ID)) {
      return List.of(
          busy(effort, lab, batch, count),
          Goal.none(
                  "IOMMUs/s",
                  Better.HIGHER,
                  "peer-ours-starts",
                  "%,d created and booted in a running node, 64 at once".formatted(count))
              .of(List.of(count / seconds)),
          Goal.none(
                  "KiB",
                  Better.LOWER,
                  "peer-ours-pss",
                  "all of the node's memory, by each of %,d booted IOMMUs".formatted(2 * count))
              .of(List.of(pss)),
          reads(effort, "peer-ours-reads-single", 1, "unary Execute", () -> session.execute(one)),
          reads(
              effort,
              "peer-ours-reads-64",
              BATCH * STREAMED,
              "batches of 64 over one stream",
              () -> send(stream, batch)));
    }
  }

  /** Many clients at once, as a fleet has them. */
  private static Figure busy(Effort effort, Lab lab, ExecuteRequest batch, int count) {
    var ids = IntStream.range(0, Math.min(count, BUSY)).mapToObj(i -> "peer-" + i).toList();
    var work = new BusyIommus.Work("peer", 0, false, batch);
    int batches = effort.pick(400, 150, 3);
    int warmUps = effort.pick(4, 3, 0);
    var rates = new ArrayList<Double>();
    for (int round = 0; round < warmUps + effort.pick(7, 3, 1); round++) {
      double seconds = BusyIommus.round(lab.node().target(), ids, work, batches);
      if (round >= warmUps) {
        rates.add((double) ids.size() * batches * BATCH / seconds);
      }
    }
    var how = "batches of %d over %d streams, as in busy".formatted(BATCH, ids.size());
    return Goal.none("reads/s", Better.HIGHER, "peer-ours-reads-busy", how).of(rates);
  }

  /** Batches between two looks at the clock. */
  private static final int STREAMED = 200;

  private static void send(IommuStream stream, ExecuteRequest batch) {
    for (int i = 0; i < STREAMED; i++) {
      stream.send(batch);
    }
    stream.drain();
  }

  private static void boot(Lab lab, int from, int to) {
    try (var threads = Executors.newFixedThreadPool(64, Thread.ofVirtual().factory())) {
      for (int i = from; i < to; i++) {
        var id = "peer-" + i;
        threads.execute(
            () -> {
              lab.create(id, Mode.LEGACY);
              lab.guest(id, Mode.LEGACY).program();
            });
      }
    }
  }

  /** A round of reads. */
  @FunctionalInterface
  private interface Round {
    void run() throws IOException;
  }

  private static Figure reads(Effort effort, String name, int reads, String how, Round round)
      throws IOException {
    var rates = new ArrayList<Double>();
    long nanos = effort.pick(1_500, 700, 20) * 1_000_000L;
    for (int i = 0; i < effort.pick(9, 6, 1); i++) {
      long start = System.nanoTime();
      long done = 0;
      while (System.nanoTime() - start < nanos) {
        round.run();
        done += reads;
      }
      rates.add(done * NANOS_PER_SECOND / (System.nanoTime() - start));
    }
    var steady = rates.subList(rates.size() / 3, rates.size());
    return Goal.none("reads/s", Better.HIGHER, name, how + ", a 4-byte register").of(steady);
  }

  /** How many times as good ours is. */
  private static List<Figure> ratios(List<Figure> figures) {
    return List.of(
        ratio(figures, "peer-starts-ratio", "peer-ours-starts", "peer-emulator-starts", 1),
        ratio(figures, "peer-pss-ratio", "peer-emulator-pss", "peer-ours-pss", 1),
        ratio(figures, "peer-reads-ratio", "peer-ours-reads-busy", "peer-emulator-reads-64", 4),
        ratio(
            figures,
            "peer-stream-ratio",
            "peer-ours-reads-64",
            "peer-emulator-reads-64",
            NOT_ASKED),
        ratio(
            figures,
            "peer-single-ratio",
            "peer-ours-reads-single",
            "peer-emulator-reads-single",
            NOT_ASKED));
  }

  private static Figure ratio(
      List<Figure> figures, String name, String over, String under, double target) {
    double value = value(figures, over) / value(figures, under);
    return Goal.atLeast(target, "times", name, over + " / " + under).of(List.of(value));
  }

  private static double value(List<Figure> figures, String name) {
    return figures.stream().filter(it -> it.name().equals(name)).findAny().orElseThrow().value();
  }
}
