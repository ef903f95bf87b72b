package dev.iommufleet.cli.demo;

import dev.iommufleet.cli.CommandException;
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
      "Exit code 0: everything matched, 1: something did not."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  iommu-fleet demo", "  iommu-fleet demo --data /tmp/demo --json"})
public final class DemoCommand implements Callable<Integer> {
  private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

  @Mixin private Printer print;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "A new directory for the journal. Default: .iommu-fleet/demo-DATE-TIME.")
  private Path data;

  @Option(names = "--cluster", description = "Several nodes. This release runs single nodes only.")
  private boolean cluster;

  @Override
  public Integer call() throws InterruptedException {
    if (cluster) {
      throw CommandException.usage(
          "--cluster is not supported yet: a node of this release is a cluster of its own");
    }
    return new Demo(print, directory()).run();
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
