package dev.iommufleet.cli.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.TextFormat;
import dev.iommufleet.cli.ExitCode;
import dev.iommufleet.cli.Ran;
import dev.iommufleet.cli.RunningNode;
import dev.iommufleet.load.capture.ShippedCaptures;
import dev.iommufleet.persistence.journal.EntityIds;
import dev.iommufleet.persistence.journal.JournalReader;
import dev.iommufleet.protocol.journal.v1.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Writes golden journals of captures, and only when told where to: {@code -Dgolden.directory=…}.
 */
@ExtendWith(RunningNode.class)
@EnabledIfSystemProperty(named = "golden.directory", matches = ".+")
@DisplayName("Golden journals of captures")
class GoldenCaptureWriter {

  @ParameterizedTest
  @CsvSource({
    "directed-pri, facts",
    "directed-iqe, facts",
    "directed-fault-log, facts",
    "directed-pt-not-revoked-fs, full",
    "directed-ats-dte-ignored, full",
    "qtest-iommu-testdev_intel_scalable-flt, full",
    "kut-intel-iommu-intremaponeimon, facts"
  })
  @DisplayName("are written")
  void write(String capture, String level, @TempDir Path directory) throws IOException {
    var file = directory.resolve(capture + ".jsonl.gz");
    try (var in = ShippedCaptures.open(capture + ".jsonl.gz")) {
      Files.copy(in, file);
    }
    var id = "golden-" + capture;
    var ran =
        Ran.command(
            "capture",
            "replay",
            file.toString(),
            "--target",
            RunningNode.target(),
            "--iommu",
            id,
            "--journal-level",
            level);
    assertEquals(ExitCode.DONE, ran.exitCode(), ran.err() + ran.out());

    try (var journal = JournalReader.open(RunningNode.data())) {
      var entries = new ArrayList<Entry>();
      var persistenceId = EntityIds.persistenceId(id);
      journal.entries(persistenceId, 1, Long.MAX_VALUE, stored -> entries.add(stored.message()));
      write(Path.of(System.getProperty("golden.directory")), "life-" + capture, entries);
    }
  }

  private static void write(Path directory, String name, List<Entry> entries) throws IOException {
    Files.createDirectories(directory);
    var text = new StringBuilder();
    try (var out = Files.newOutputStream(directory.resolve(name + ".bin"))) {
      for (var entry : entries) {
        entry.writeDelimitedTo(out);
        text.append(TextFormat.printer().printToString(entry)).append("---\n");
      }
    }
    Files.writeString(directory.resolve(name + ".txt"), text);
  }
}
