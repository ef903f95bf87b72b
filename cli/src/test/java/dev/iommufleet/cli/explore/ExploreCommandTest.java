package dev.iommufleet.cli.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("explore")
class ExploreCommandTest {
  @TempDir private Path directory;

  @Test
  @DisplayName("each scenario over messages that begins with a letter is safe")
  void messages() {
    var ran = Ran.command("explore", "T", "--json");

    assertEquals(ExitCode.DONE, ran.exitCode(), ran.err());
    var scenarios = (List<?>) ran.json().get("scenarios");
    assertEquals(
        List.of("T-mute-device", "T-submit-while-stopped"),
        scenarios.stream().map(it -> ((Map<?, ?>) it).get("name")).toList());
    var scenario = (Map<?, ?>) scenarios.getFirst();
    assertEquals("messages", scenario.get("discipline"));
    assertEquals("safe", scenario.get("verdict"));
  }

  @Test
  @DisplayName("a hazard of a discipline is told, and its schedule runs again")
  void hazard() throws IOException {
    Path schedule = directory.resolve("b.schedule");

    var ran =
        Ran.command(
            "explore", "B", "--discipline", "no-lock", "--json", "--write", schedule.toString());
    var again =
        Ran.command("explore", "B", "--discipline", "no-lock", "--replay", schedule.toString());

    assertEquals(ExitCode.FOUND, ran.exitCode(), ran.err());
    assertEquals(1L, ran.json().get("violations"));
    var cell = (Map<?, ?>) ((List<?>) ran.json().get("scenarios")).getFirst();
    assertEquals("B-page-request-against-hotplug", cell.get("name"));
    assertEquals("race", cell.get("verdict"));
    var finding = (Map<?, ?>) ((List<?>) cell.get("findings")).getFirst();
    assertEquals("walk over the table of host devices", finding.get("kind"));
    assertEquals(9, ((List<?>) finding.get("story")).size());
    assertEquals("run device", Files.readAllLines(schedule).get(1));
    assertEquals(ExitCode.FOUND, again.exitCode(), again.err());
    assertTrue(again.out().endsWith("race\n"), again.out());
  }

  @Test
  @DisplayName("a setup that waits for ever is a mistake of the file")
  void waitsForEver() throws IOException {
    Path mine = directory.resolve("mine.txt");
    Files.writeString(
        mine, "device d1 emulated 00:02.0\nsetup:\n  await 1\nthread vcpu:\n  qi pc-g -> 2\n");

    for (String discipline : List.of("messages", "no-lock")) {
      var ran = Ran.command("explore", mine.toString(), "--discipline", discipline);

      assertEquals(ExitCode.USAGE, ran.exitCode(), ran.err());
      assertTrue(ran.err().contains("the setup waits for ever"), ran.err());
    }
  }

  @Test
  @DisplayName("a safe discipline is no failure and writes nothing")
  void safe() throws IOException {
    Path schedule = directory.resolve("b.schedule");

    var ran =
        Ran.command(
            "explore", "B", "--discipline", "device-global", "--write", schedule.toString());

    assertEquals(ExitCode.DONE, ran.exitCode(), ran.err());
    assertTrue(ran.out().contains("safe"), ran.out());
    assertFalse(Files.exists(schedule));
  }

  @Test
  @DisplayName("a discipline may come from a file")
  void own() throws IOException {
    Path mine = directory.resolve("mine.txt");
    Files.writeString(mine, "title flush and queue under one lock\nlike no-lock\ncallee queue\n");

    var ran =
        Ran.command(
            "explore",
            "H",
            "--discipline",
            mine.toString(),
            "--json",
            "--write",
            directory.resolve("h").toString());

    var cell = (Map<?, ?>) ((List<?>) ran.json().get("scenarios")).getFirst();
    assertEquals("safe", cell.get("verdict"), ran.out());
  }

  @Test
  @DisplayName("all disciplines are a table, with verdicts in it and exit code 0")
  void table() {
    var ran = Ran.command("explore", "B", "C", "--discipline", "all");

    assertEquals(ExitCode.DONE, ran.exitCode(), ran.err());
    List<String> lines = ran.out().lines().toList();
    assertEquals(3, lines.size());
    assertTrue(lines.getFirst().endsWith("messages"), lines.getFirst());
    assertTrue(lines.get(1).startsWith("B-page-request-against-hotplug       race"), lines.get(1));
    assertTrue(lines.get(2).contains("deadlock") && lines.get(2).endsWith("safe"), lines.get(2));
  }

  @Test
  @DisplayName("--list and --help name every discipline")
  void names() {
    var list = Ran.command("explore", "--list", "--json");
    String help = Ran.command("explore", "--help").out();

    var disciplines = (List<?>) list.json().get("disciplines");
    assertEquals(10, disciplines.size());
    for (var it : disciplines) {
      String name = (String) ((Map<?, ?>) it).get("name");
      assertTrue(help.contains(name), name);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          B --discipline big-lock            | no discipline is named big-lock
          B --discipline all --replay x      | --replay needs exactly one --discipline
          B --discipline all --markdown x.md | --markdown needs --all --discipline all
          --discipline no-lock               | say which SCENARIO
          A --all                            | --all goes without SCENARIO
          T --replay x                       | not [T-mute-device, T-submit-while-stopped]
          --fleet --discipline no-lock       | --fleet goes without --discipline
          --fleet --guards                   | --fleet goes without --discipline, --guards
          --fleet --bugs                     | --fleet goes without --discipline, --guards
          --guards --bugs                    | --guards goes without --bugs
          --guards nope                      | nope; --guards alone lists them all
          """)
  @DisplayName("what cannot be asked is refused in one line")
  void refused(String arguments, String why) {
    var ran = Ran.command(("explore " + arguments).split(" "));

    assertEquals(ExitCode.USAGE, ran.exitCode());
    assertTrue(ran.err().contains(why), ran.err());
    assertEquals(1, ran.err().lines().count(), ran.err());
  }
}
