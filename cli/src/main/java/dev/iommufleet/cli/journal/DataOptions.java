package dev.iommufleet.cli.journal;

import dev.iommufleet.persistence.journal.JournalReader;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where journals are read. */
final class DataOptions {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = ".iommu-fleet/data",
      description = "The data directory; a node may be using it. Default: ${DEFAULT-VALUE}.")
  private Path data;

  JournalReader open() {
    return JournalReader.open(data);
  }

  Path path() {
    return data;
  }
}
