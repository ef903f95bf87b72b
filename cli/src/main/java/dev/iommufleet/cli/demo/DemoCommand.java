package dev.iommufleet.cli.demo;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.Main;
import dev.iommufleet.cli.Printer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The main job in one go. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    header = "Replay four recorded Linux guests into a fleet, through a kill -9.",
    description = {
      "Starts a node, creates four IOMMUs (legacy; scalable with first stage, with second stage,"
          + " with device-IOTLB), replays recordings of real Linux guests into all of them at once"
          + " through the API, kills the node with SIGKILL in the middle, starts it again on the"
          + " same data, finishes, and compares every answer with the reference emulator's.",
      "With --cluster: starts a database and three nodes, boots a thousand guests that behave as"
          + " Linux does, kills a node in the middle, judges every answer, and writes a report.",
      "Exit code 0: everything matched, 1: something did not."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet demo",
      "  iommu-fleet demo --cluster",
      "  iommu-fleet demo --data /tmp/demo --json"
    })
public final class DemoCommand implements Callable<Integer> {
  private static final int NODES = 3;
  private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

  @Mixin private Printer print;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "A new directory for the journal. Default: .iommu-fleet/demo-DATE-TIME.")
  private Path data;

  @Option(
      names = "--cluster",
      description =
          "Three nodes with a database, a thousand guests; one node is killed and comes back."
              + " Writes a report.")
  private boolean cluster;

  @Override
  public Integer call() throws IOException, InterruptedException {
    return cluster ? cluster(directory()) : new Demo(print, directory()).run();
  }

  /** A load like any other: see {@code load run}. */
  private int cluster(Path directory) throws IOException {
    var report = directory.resolve("report.html");
    var json = directory.resolve("report.json");
    int code =
        Main.commandLine()
            .setOut(print.json() ? print.err() : print.out())
            .setErr(print.err())
            .execute(
                "load",
                "run",
                "demo-cluster",
                "--lab",
                Integer.toString(NODES),
                "--lab-directory",
                directory.resolve("lab").toString(),
                "--json",
                json.toString(),
                "--report",
                report.toString());
    if (print.json() && Files.exists(json)) {
      print.out().print(Files.readString(json));
      print.out().flush();
    }
    print.err().println("report: " + report);
    print.err().flush();
    return code;
  }

  private Path directory() {
    var directory =
        data != null ? data : Path.of(".iommu-fleet", "demo-" + LocalDateTime.now().format(STAMP));
    try {
      if (Files.exists(directory)) {
        try (var files = Files.list(directory)) {
          if (files.findAny().isPresent()) {
            throw CommandException.usage("--data %s is not empty; name a new directory", directory);
          }
        }
      }
      return Files.createDirectories(directory).toAbsolutePath().normalize();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
