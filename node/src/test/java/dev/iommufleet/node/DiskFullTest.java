package dev.iommufleet.node;

import static dev.iommufleet.node.Ops.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.RefusedException;
import dev.iommufleet.client.RetryPolicy;
import dev.iommufleet.persistence.journal.JournalReader;
import dev.iommufleet.persistence.journal.JournalVerifier;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A file system of 8 MiB in memory where this user may mount one; elsewhere a database that is told
 * not to grow, which SQLite refuses in the same words.
 */
@DisplayName("A full disk under the embedded journal")
class DiskFullTest {
  private static final int MOST_WRITES = 4_000;
  private static final Map<String, Object> SMALL_FILE =
      Map.of("akka-persistence-jdbc.shared-databases.journal.db.properties.max_page_count", "200");

  private long answered = 1;
  private ExecuteResponse last;

  @Test
  @DisplayName("is a typed refusal; nothing answered is lost, and all goes on once there is room")
  void full(@TempDir Path directory) throws Exception {
    var disk = Files.createDirectory(directory.resolve("disk"));
    if (run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk.toString())) {
      try {
        mounted(disk);
      } finally {
        run("umount", "-l", disk.toString());
      }
    } else {
      limited(disk);
    }
  }

  private void mounted(Path disk) throws IOException {
    var ballast = disk.resolve("ballast");
    Files.write(ballast, new byte[4 << 20]);
    var data = disk.resolve("data");
    try (var fleet = TestNode.start(data)) {
      fleet.client().create("i1", IommuSpec.getDefaultInstance());
      assertEquals("JOURNAL_UNAVAILABLE", writeUntilRefused(fleet).code());
      assertEquals(answered, fleet.client().get("i1").getSequenceNumber());

      Files.delete(ballast);
      goesOn(fleet);
    }
    assertWhole(data);
  }

  private void limited(Path data) {
    try (var fleet = TestNode.start(data, SMALL_FILE)) {
      fleet.client().create("i1", IommuSpec.getDefaultInstance());
      assertEquals("JOURNAL_UNAVAILABLE", writeUntilRefused(fleet).code());
      assertEquals(answered, fleet.client().get("i1").getSequenceNumber());
    }
    try (var fleet = TestNode.start(data)) {
      goesOn(fleet);
    }
    assertWhole(data);
  }

  private void goesOn(TestNode fleet) {
    last = fleet.client().session("i1").execute(List.of(store(0x1000, page())));
    assertEquals(++answered, last.getSequenceNumber());
  }

  private RefusedException writeUntilRefused(TestNode fleet) {
    var target = "127.0.0.1:" + fleet.node().grpcPort();
    RefusedException refused = null;
    try (var impatient = FleetClient.connect(target, RetryPolicy.NONE)) {
      var session = impatient.session("i1");
      for (int i = 0; i < MOST_WRITES && refused == null; i++) {
        try {
          last = session.execute(List.of(store(0x1000, page())));
          assertEquals(++answered, last.getSequenceNumber());
        } catch (RefusedException e) {
          refused = e;
        }
      }
    }
    assertNotNull(refused, "the disk never was full");
    return refused;
  }

  /** Bytes that differ from write to write. */
  private byte[] page() {
    var page = new byte[4_096];
    Arrays.fill(page, (byte) answered);
    return page;
  }

  private void assertWhole(Path data) {
    try (var journal = JournalReader.open(data)) {
      var report = JournalVerifier.verify(journal, "iommu|i1");
      assertEquals(List.of(), report.divergences());
      assertEquals(answered, report.verified());
      assertEquals(last.getStateHash(), report.stateHash());
    }
  }

  private static boolean run(String... command) throws Exception {
    try {
      var process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false; // There is no such program here.
    }
  }
}
