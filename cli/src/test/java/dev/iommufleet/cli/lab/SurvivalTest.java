package dev.iommufleet.cli.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.cli.ExitCode;
import dev.iommufleet.cli.Ran;
import dev.iommufleet.cli.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Clusters of processes under load, and what befalls them. Each prints how long guests were without
 * service. What is asked (no error, no violation, nothing lost or done twice, served again in time)
 * stands in the scenarios.
 */
@DisplayName("A cluster under load survives")
class SurvivalTest {
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path directory;

  @ParameterizedTest(name = "{0} of {1} nodes")
  @CsvSource({
    "survive-kills, 3",
    "survive-majority, 3",
    "survive-two-of-five, 5",
    "survive-pause, 3",
    "survive-database, 3",
    "survive-rolling, 3"
  })
  void survives(String scenario, int nodes) throws IOException {
    check(scenario, nodes);
  }

  @Test
  @DisplayName("partitions, both ways and one way; or says loudly why this machine has none")
  void partitions() throws IOException {
    var missing = Network.missing();
    if (missing.isPresent()) {
      var ran = run("survive-partitions", 3);
      assertEquals(ExitCode.REFUSED, ran.exitCode());
      assertTrue(ran.err().contains(missing.get()), ran.err());
      System.err.println("NOT TESTED: " + missing.get());
      Assumptions.abort("NOT TESTED: " + missing.get());
    }
    check("survive-partitions", 3);
  }

  private void check(String scenario, int nodes) throws IOException {
    var ran = run(scenario, nodes);
    var told = ran.out() + ran.err();
    assertEquals(ExitCode.DONE, ran.exitCode(), told);
    var result = (Map<?, ?>) Json.read(Files.readString(directory.resolve("result.json")));
    assertEquals(0L, number(result.get("lost")), told);
    assertEquals(0L, number(result.get("duplicated")), told);
    assertEquals(true, result.get("passed"));
    for (var recovery : (List<?>) result.get("recoveries")) {
      var one = (Map<?, ?>) recovery;
      System.out.printf(
          "%s: %s: %s ms without service%n", scenario, one.get("fault"), one.get("millis"));
    }
  }

  private static long number(Object value) {
    return ((Number) value).longValue();
  }

  private Ran run(String scenario, int nodes) {
    return Ran.command(
        "load",
        "run",
        scenario,
        "--lab",
        Integer.toString(nodes),
        "--lab-directory",
        directory.resolve("lab").toString(),
        "--json",
        directory.resolve("result.json").toString());
  }
}
