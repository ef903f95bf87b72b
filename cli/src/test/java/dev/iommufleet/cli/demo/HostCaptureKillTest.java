package dev.iommufleet.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.cli.ExitCode;
import dev.iommufleet.cli.Ran;
import dev.iommufleet.cli.lab.NodeProcess;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.RefusedException;
import dev.iommufleet.load.capture.ShippedCaptures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("gate")
@DisplayName("A recording of a host with passed-through devices")
class HostCaptureKillTest {
  private static final int POLLS = 60_000;

  @ParameterizedTest
  @CsvSource({"host-linux-firststage-vfio-head, 60", "host-fuzz-onecontainer-modes-4-head, 40"})
  @DisplayName("goes through a kill at level full: no mismatch, and the journal verifies")
  void killed(String capture, long entries, @TempDir Path directory) throws Exception {
    var file = directory.resolve(capture + ".jsonl.gz");
    try (var in = ShippedCaptures.open(capture + ".jsonl.gz")) {
      Files.copy(in, file);
    }
    var data = directory.resolve("data");
    Files.createDirectory(data);
    var log = directory.resolve("node.log");

    var node = NodeProcess.start(data, 0, log);
    var replay = replay(file, node.target());
    awaitEntries(node.target(), entries);
    node.kill();
    assertFalse(replay.isDone(), () -> "not in the middle: " + replay.join());
    node = NodeProcess.start(data, node.port(), log);
    var ran = replay.get(5, TimeUnit.MINUTES);
    node.stop();
    node.close();
    var verified = Ran.command("journal", "verify", "guest", "--data", data.toString(), "--json");

    assertEquals(ExitCode.DONE, ran.exitCode(), ran.out() + ran.err());
    assertEquals(0L, ran.json().get("mismatches"));
    var report = (Map<?, ?>) ((List<?>) ran.json().get("files")).getFirst();
    assertTrue(((Map<?, ?>) report.get("comparisons")).size() > 5, report.toString());
    assertEquals(ExitCode.DONE, verified.exitCode(), verified.out() + verified.err());
    assertEquals(verified.json().get("entries"), verified.json().get("verified"));
  }

  private static CompletableFuture<Ran> replay(Path file, String target) {
    return CompletableFuture.supplyAsync(
        () ->
            Ran.command(
                "capture",
                "replay",
                file.toString(),
                "--target",
                target,
                "--iommu",
                "guest",
                "--journal-level",
                "full",
                "--retry-seconds",
                "60",
                "--keep",
                "--json"));
  }

  private static void awaitEntries(String target, long entries) {
    try (var client = FleetClient.connect(target)) {
      for (int polls = 0; entries(client) < entries; polls++) {
        assertTrue(polls < POLLS, "the replay stands still before entry " + entries);
      }
    }
  }

  private static long entries(FleetClient client) {
    try {
      return client.get("guest").getSequenceNumber();
    } catch (RefusedException _) {
      return 0; // Not created yet.
    }
  }
}
