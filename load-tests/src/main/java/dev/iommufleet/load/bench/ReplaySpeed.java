package dev.iommufleet.load.bench;

import dev.iommufleet.load.bench.Figure.Better;
import dev.iommufleet.load.bench.Figure.Goal;
import dev.iommufleet.load.capture.InProcessTarget;
import dev.iommufleet.load.capture.ReplayRun;
import dev.iommufleet.load.capture.Report;
import dev.iommufleet.load.capture.ShippedCaptures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Captures replayed in this process with every comparison, one file on each core at a time. */
final class ReplaySpeed implements Benchmark {
  private final Optional<Path> folder;

  /** {@code folder}: more captures to replay; empty: those that are shipped. */
  ReplaySpeed(Optional<Path> folder) {
    this.folder = folder;
  }

  @Override
  public String name() {
    return "replay";
  }

  @Override
  public String summary() {
    return "captures replayed in this process, gunzip, parsing and comparing included, all cores";
  }

  @Override
  public List<Figure> run(Effort effort) throws IOException, InterruptedException {
    var figures = new ArrayList<Figure>();
    try (var copies = Workspace.create()) {
      figures.addAll(replay(effort, "replay-shipped", shipped(effort, copies.path())));
    }
    if (folder.isPresent()) {
      figures.addAll(replay(effort, "replay-folder", captures(folder.get())));
    }
    return figures;
  }

  private static List<Figure> replay(Effort effort, String name, List<Path> files)
      throws InterruptedException {
    int threads = Runtime.getRuntime().availableProcessors();
    int warmUps = effort.pick(3, 0);
    int rounds = effort.pick(7, 1);
    var runs = new ArrayList<Double>();
    var byCpu = new ArrayList<Double>();
    long lines = 0;
    for (int round = 0; round < warmUps + rounds; round++) {
      long cpu = cpuNanos();
      long start = System.nanoTime();
      var run = new ReplayRun(InProcessTarget::new, threads, 1, _ -> {});
      lines = linesOf(run.replay(files));
      if (round >= warmUps) {
        runs.add(lines * 1e9 / (System.nanoTime() - start));
        byCpu.add(lines * 1e9 / Math.max(1, cpuNanos() - cpu) * threads);
      }
    }
    var how =
        "%d files, %d lines, %d threads; rounds after %d that warm up"
            .formatted(files.size(), lines, threads, warmUps);
    return List.of(
        Goal.atLeast(1e6, "lines/s", name, how).of(runs),
        Goal.none(
                "lines/s",
                Better.HIGHER,
                name + "-by-cpu",
                how + "; by the processor time that it took, as if nothing else ran here")
            .of(byCpu));
  }

  /** Of all threads of this process. */
  private static long cpuNanos() {
    return ProcessHandle.current().info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
  }

  private static long linesOf(List<Report> reports) {
    long lines = 0;
    for (Report report : reports) {
      if (report.error() != null || report.mismatches() != 0) {
        throw new IllegalStateException(
            "%s: %d mismatches %s, error: %s"
                .formatted(report.file(), report.mismatches(), report.first(), report.error()));
      }
      lines += report.lines();
    }
    return lines;
  }

  private static List<Path> shipped(Effort effort, Path into) throws IOException {
    var files = new ArrayList<Path>();
    for (String name : ShippedCaptures.names()) {
      if (effort == Effort.FULL || name.startsWith("qtest-")) {
        Path file = into.resolve(name);
        try (var capture = ShippedCaptures.open(name)) {
          Files.copy(capture, file);
        }
        files.add(file);
      }
    }
    return files;
  }

  private static List<Path> captures(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().endsWith(".jsonl.gz"))
          .sorted()
          .toList();
    }
  }
}
