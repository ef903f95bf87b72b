package dev.iommufleet.cli.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.cli.ExitCode;
import dev.iommufleet.cli.Ran;
import dev.iommufleet.cli.lab.LabCluster;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("journal commands on a database that a node uses")
class JournalDatabaseTest {
  @TempDir private static Path directory;

  private static LabCluster cluster;

  @BeforeAll
  static void someHistory() {
    cluster = LabCluster.start(new LabCluster.Plan(1, directory.resolve("lab"), false, List.of()));
    node("iommu", "create", "guest", "--scalable-first-stage");
    node("iommu", "memory", "write", "guest", "0x1000", "0102030405060708");
    node("device", "create", "nic");
  }

  @AfterAll
  static void end() {
    cluster.close();
  }

  private static void node(String... words) {
    var all = List.of(words);
    var ran = Ran.command(with(all, "--target", cluster.targets().getFirst()));
    assertEquals(ExitCode.DONE, ran.exitCode(), ran.err() + ran.out());
  }

  private static Ran journal(String... words) {
    return Ran.command(
        with(List.of(words), "--database", cluster.databaseUrl() + "?schema=iommu_fleet"));
  }

  private static String[] with(List<String> words, String... more) {
    var all = new ArrayList<>(words);
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  @Test
  @DisplayName("list names the journals of both kinds, with their entries")
  void list() {
    var ran = journal("journal", "list", "--json");

    assertEquals(ExitCode.DONE, ran.exitCode(), ran.err());
    var journals = (List<?>) ran.json().get("journals");
    var ids = journals.stream().map(it -> ((Map<?, ?>) it).get("id")).toList();
    assertTrue(ids.containsAll(List.of("guest", "nic")), ids::toString);
  }

  @Test
  @DisplayName("show and state print what was written; verify runs all of it again")
  void lookInside() {
    var show = journal("journal", "show", "guest");
    assertEquals(ExitCode.DONE, show.exitCode(), show.err());
    assertTrue(show.out().contains("0x1000"), show.out());

    var state = journal("journal", "state", "guest");
    assertEquals(ExitCode.DONE, state.exitCode(), state.err());

    var verify = journal("journal", "verify");
    assertEquals(ExitCode.DONE, verify.exitCode(), verify.err() + verify.out());
    assertTrue(verify.out().contains("2 of 2 entries verified"), verify.out());
  }

  @Test
  @DisplayName("who cannot be reached, no database and no schema are told in one line")
  void refused() {
    for (var url :
        List.of(
            "postgresql://postgres@127.0.0.1:1/fleet",
            "mysql://localhost/fleet",
            cluster.databaseUrl() + "?schema=nothing_here")) {
      var ran = Ran.command("journal", "list", "--database", url);

      assertTrue(ran.exitCode() != ExitCode.DONE, url);
      assertEquals(1, ran.err().strip().lines().count(), ran.err());
    }
  }
}
