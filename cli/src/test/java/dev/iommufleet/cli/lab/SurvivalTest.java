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
 * service. What is asked (no error, no violation, everybody served again) stands in the scenarios,
 * and how long that may take, which is asked of a quiet machine.
 */
@DisplayName("A cluster under load survives")
class SurvivalTest {
  private static final int LINES = 25;

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
    var json = directory.resolve("result.json");
    assertTrue(Files.exists(json), () -> "exit code %d%n%s".formatted(ran.exitCode(), told(ran)));
    var result = (Map<?, ?>) Json.read(Files.readString(json));
    for (var recovery : (List<?>) result.get("recoveries")) {
      var one = (Map<?, ?>) recovery;
      System.out.printf(
          "%s: %s: %s ms without service%n", scenario, one.get("fault"), one.get("millis"));
    }
    assertEquals(List.of(), notReached(result), () -> told(ran));
    assertEquals(0L, number(result.get("lost")), () -> told(ran));
    assertEquals(0L, number(result.get("duplicated")), () -> told(ran));
  }

  /** How long it took depends on who else uses the machine: that is printed, and no failure. */
  private static List<String> notReached(Map<?, ?> result) {
    return ((List<?>) result.get("missed"))
        .stream()
            .map(Object::toString)
            .filter(missed -> !missed.contains(" s without service after "))
            .toList();
  }

  /** The ends of what was said: a build keeps no more of a failure. */
  private String told(Ran ran) {
    var told = new StringBuilder(end(ran.out() + ran.err()));
    for (int node = 1; node <= 5; node++) {
      var log = directory.resolve("lab").resolve("node-%d.log".formatted(node));
      if (Files.exists(log)) {
        told.append("%n-- node %d%n".formatted(node)).append(end(read(log)));
      }
    }
    return told.toString();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static String end(String text) {
    var lines = text.lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
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
