package dev.iommufleet.cli.capture;

import dev.iommufleet.load.capture.InProcessTarget;
import dev.iommufleet.load.capture.ReplayRun;
import dev.iommufleet.load.capture.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code iommu-fleet capture replay FILE…} */
@Command(
    name = "replay",
    description = {
      "Replays captures into the model and compares every answer with the reference emulator's.",
      "Exit codes: 0 all equal, 1 a mismatch, 2 a file that is no whole capture, or bad usage."
    },
    mixinStandardHelpOptions = true)
public final class ReplayCommand implements Callable<Integer> {
  private static final int EQUAL = 0;
  private static final int MISMATCHES = 1;
  private static final int UNREADABLE = 2;
  private static final int MAX_THREADS = 256;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "Captures, gzip or plain text.")
  private List<Path> files;

  @Option(
      names = "--first",
      paramLabel = "N",
      defaultValue = "0",
      description = "Shows the first N mismatches of each file with both answers.")
  private int first;

  @Option(names = "--json", description = "Prints one JSON object instead of tables.")
  private boolean json;

  @Option(names = "--verbose", description = "Prints comparisons by kind, too.")
  private boolean verbose;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Files replayed at once; as many as there are processors if not given.")
  private Integer threads;

  @Mixin private RemoteOptions remote;

  @Override
  public Integer call() throws InterruptedException, IOException {
    if (first < 0) {
      throw new ParameterException(spec.commandLine(), "--first is " + first + "; 0 and up go");
    }
    int workers = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    if (workers < 1 || workers > MAX_THREADS) {
      throw new ParameterException(
          spec.commandLine(), "--threads is " + workers + "; 1 to " + MAX_THREADS + " go");
    }
    long start = System.nanoTime();
    List<Report> reports = replay(workers);
    double seconds = (System.nanoTime() - start) / 1e9;
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      ReportJson.print(reports, out);
    } else {
      new ReportTable(reports, seconds).print(out, verbose);
    }
    out.flush();
    return exitCode(reports);
  }

  private List<Report> replay(int workers) throws InterruptedException {
    if (json || !onTerminal()) {
      return replay(workers, _ -> {});
    }
    try (ProgressBar bar = progressBar()) {
      return replay(workers, bar::stepBy);
    }
  }

  private List<Report> replay(int workers, LongConsumer progress) throws InterruptedException {
    if (remote.given()) {
      return remote.replay(new RemoteOptions.Wanted(files, workers, first, progress));
    }
    return new ReplayRun(InProcessTarget::new, workers, first, progress).replay(files);
  }

  private static int exitCode(List<Report> reports) {
    if (reports.stream().anyMatch(report -> report.error() != null)) {
      return UNREADABLE;
    }
    boolean equal = reports.stream().allMatch(report -> report.mismatches() == 0);
    return equal ? EQUAL : MISMATCHES;
  }

  private ProgressBar progressBar() {
    long bytes = files.stream().mapToLong(ReplayCommand::size).sum();
    return new ProgressBarBuilder()
        .setTaskName("replay")
        .setInitialMax(bytes)
        .setUnit(" MiB", 1 << 20)
        .clearDisplayOnFinish()
        .build();
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0; // Replaying it says what is wrong.
    }
  }

  private static boolean onTerminal() {
    return System.console() != null && System.console().isTerminal();
  }
}
