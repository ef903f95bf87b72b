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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("explore --fleet")
class ExploreFleetTest {
  private static final List<String> SCHEDULE =
      List.of(
          "fleet nodes=2 iommus=1 devices=1",
          "seed 5",
          "at 1000 guest 0 #0 boot slot=0 pasid=0 space=0 page=0 count=0",
          "at 2000 guest 0 #1 attach slot=0 pasid=0 space=0 page=0 count=0",
          "at 9000 disturb crash node=1 for=20000");

  @TempDir private Path directory;

  private static Map<?, ?> run(Ran ran, int index) {
    return (Map<?, ?>) ((List<?>) ran.json().get("runs")).get(index);
  }

  @Test
  @DisplayName("the same seed gives the same hash, another one another")
  void seeds() {
    String[] small = {"explore", "--fleet", "--iommus", "2", "--steps", "2000", "--json"};
    var first = Ran.command(with(small, "--seed", "3", "--seeds", "2"));
    var second = Ran.command(with(small, "--seed", "4"));

    assertEquals(ExitCode.DONE, first.exitCode(), first.err());
    assertEquals(0L, first.json().get("violations"));
    assertEquals(run(first, 1).get("hash"), run(second, 0).get("hash"));
    assertTrue(!run(first, 0).get("hash").equals(run(first, 1).get("hash")));
    assertEquals("", run(first, 0).get("violation"));
  }

  private static String[] with(String[] some, String... more) {
    return java.util.stream.Stream.of(some, more)
        .flatMap(java.util.Arrays::stream)
        .toArray(String[]::new);
  }

  @Test
  @DisplayName("a schedule is replayed and told")
  void replay() throws IOException {
    Path file = directory.resolve("fleet.schedule");
    Files.write(file, SCHEDULE);

    var ran = Ran.command("explore", "--fleet", "--replay", file.toString());

    assertEquals(ExitCode.DONE, ran.exitCode(), ran.err());
    assertTrue(ran.out().startsWith("seed 5        holds"), ran.out());
    assertTrue(ran.out().contains("*** crash of node 1 for 20.000 ms"), ran.out());
    assertTrue(ran.out().contains("d0.0 tells i0 (epoch 1): Attach[host=null]"), ran.out());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --fleet --nodes 0 | nodes is 0; 1 to 16 are possible
          --fleet --iommus 1001 | iommus is 1001; 1 to 1000 are possible
          --fleet --steps 0 | --steps is 0; 1 to 1000000000000 are possible
          --fleet --seeds 0 | --seeds is 0; 1 to 1000000 are possible
          --fleet A | --fleet goes without SCENARIO, --all and --list
          A --steps 5 | --steps, --seeds, --nodes and --iommus need --fleet
          --fleet --replay x --nodes 2 | --replay FILE says everything
          --fleet --replay /no/such/file | /no/such/file cannot be read
          """)
  @DisplayName("what cannot be is refused")
  void refused(String arguments, String message) {
    var ran = Ran.command(("explore " + arguments.strip()).split(" "));

    assertEquals(ExitCode.USAGE, ran.exitCode());
    assertTrue(ran.err().contains(message.strip()), ran.err());
  }

  @Test
  @DisplayName("a schedule that is wrong is refused by the line")
  void wrongSchedule() throws IOException {
    Path file = directory.resolve("wrong.schedule");
    Files.write(file, List.of(SCHEDULE.get(0), "at 5 disturb rain node=0 for=1"));

    var ran = Ran.command("explore", "--fleet", "--replay", file.toString());

    assertEquals(ExitCode.USAGE, ran.exitCode());
    assertTrue(ran.err().contains("line 2 of the schedule: nothing is named 'rain'"), ran.err());
  }
}
