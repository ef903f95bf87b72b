package dev.iommufleet.cli.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.cli.ExitCode;
import dev.iommufleet.cli.Ran;
import dev.iommufleet.cli.RunningNode;
import dev.iommufleet.load.capture.ShippedCaptures;
import dev.iommufleet.persistence.journal.EntityIds;
import dev.iommufleet.persistence.journal.IommuReplay;
import dev.iommufleet.persistence.journal.JournalReader;
import dev.iommufleet.persistence.journal.JournalVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(RunningNode.class)
@DisplayName("The journal of a capture that was replayed into a node")
class WrittenJournalTest {

  @ParameterizedTest
  @CsvSource({
    "linux-legacy-lazy, facts",
    "linux-legacy-lazy, full",
    "linux-scalable-secondstage-vfio, facts",
    "fuzz-firststage-svm-1, full",
    "directed-pri, facts",
    "directed-prq-full, full",
    "fuzz-secondstage-caching-map-1, facts"
  })
  @DisplayName("executes again to what it says, and its facts alone give every hash")
  void verifies(String capture, String level, @TempDir Path directory) throws IOException {
    var file = directory.resolve(capture + ".jsonl.gz");
    try (var in = ShippedCaptures.open(capture + ".jsonl.gz")) {
      Files.copy(in, file);
    }
    var id = capture + "-" + level;

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
      check(journal, EntityIds.persistenceId(id), level.equals("full"));
    }
  }

  private static void check(JournalReader journal, String persistenceId, boolean full) {
    var report = JournalVerifier.verify(journal, persistenceId);
    assertEquals(List.of(), report.divergences());
    assertEquals(report.entries(), report.verified());
    assertTrue(report.entries() > 3, "entries: " + report.entries());

    var replay = new IommuReplay();
    journal.entries(
        persistenceId,
        1,
        report.entries(),
        stored -> {
          replay.apply(stored);
          var entry = stored.message();
          assertEquals(entry.getStateHash(), replay.iommu().stateHash());
          boolean inside = !entry.getCause().hasCreated() && !entry.getCause().hasDeleted();
          assertEquals(full && inside, entry.hasSoftHash());
          if (entry.hasSoftHash()) {
            assertEquals(entry.getSoftHash(), replay.iommu().softHash());
          }
        });
    assertTrue(replay.deleted());
    assertEquals(report.stateHash(), replay.iommu().stateHash());
  }
}
