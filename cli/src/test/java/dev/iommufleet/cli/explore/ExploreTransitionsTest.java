package dev.iommufleet.cli.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.cli.ExitCode;
import dev.iommufleet.cli.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("explore --transitions")
class ExploreTransitionsTest {
  @TempDir private Path directory;

  @Test
  @DisplayName("a summary of each table, and what is missing by its name")
  void summary() {
    var ran = Ran.command("explore", "Z-attach-repeated", "--transitions");

    assertEquals(ExitCode.DONE, ran.exitCode(), ran.err());
    List<String> lines = ran.out().lines().toList();
    assertEquals("transitions   visited   impossible  missing       of", lines.get(1));
    assertTrue(lines.get(2).startsWith("device ") && lines.get(2).endsWith(" 256"), lines.get(2));
    assertTrue(lines.contains("  missing: queue off: IQT"), ran.out());
  }

  @Test
  @DisplayName("runs add to what was met before; what cannot be is a failure")
  void met() throws IOException {
    Path file = directory.resolve("met.txt");
    Files.writeString(file, "5 queue off: IQT\n1 device ATTACHED: Ended\n");

    var ran =
        Ran.command(
            "explore",
            "--fleet",
            "--steps",
            "2000",
            "--transitions",
            "--json",
            "--met",
            file.toString());

    assertEquals(ExitCode.FOUND, ran.exitCode(), ran.err());
    var tables = (Map<?, ?>) ran.json().get("transitions");
    var missing = (List<?>) ((Map<?, ?>) tables.get("queue")).get("missing");
    assertTrue(missing.contains("queue off: Reset") && !missing.contains("queue off: IQT"));
    assertEquals(1, ((Map<?, ?>) tables.get("contradictions")).size());
    assertTrue(Files.readAllLines(file).contains("5 queue off: IQT"));
  }

  @Test
  @DisplayName("a schedule and locks have none")
  void refused() {
    for (String more : List.of("--replay x", "--discipline no-lock")) {
      var ran = Ran.command(("explore B --transitions " + more).split(" "));

      assertEquals(ExitCode.USAGE, ran.exitCode(), more);
      assertTrue(ran.err().contains("goes with scenarios over messages"), ran.err());
    }
    assertEquals(ExitCode.USAGE, Ran.command("explore", "B", "--met", "x").exitCode());
  }
}
