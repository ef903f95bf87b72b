package dev.iommufleet.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertIterableEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.cli.Main;
import dev.iommufleet.load.bench.Figure;
import dev.iommufleet.load.bench.Figure.Goal;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("iommu-fleet bench")
class BenchCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  private int run(String... arguments) {
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "stream",
        "execute",
        "recovery",
        "journal-bytes",
        "entity-footprint",
        "known",
        "busy",
        "open",
        "active",
        "guest-boots",
        "mixed",
        "remote",
        "moves"
      })
  @DisplayName("what measures a node still runs, and writes its figures where it is told to")
  void nodeBenchmarks(String name) throws Exception {
    var file = folder.resolve("figures.json");

    int code = run("bench", name, "--smoke", "--json", file.toString());

    assertEquals(0, code, err::toString);
    var json = Files.readString(file);
    for (String key : new String[] {"name", "value", "unit", "better", "runs", "spread"}) {
      assertTrue(json.contains("\"" + key + "\""), json);
    }
    for (var taken : Taken.read(file)) {
      var figure = taken.figure().name();
      assertTrue(PerformancePage.explains(figure), figure + ": nobody says what limits it");
    }
  }

  @Test
  @DisplayName("an unknown name is bad usage, and says which there are")
  void unknownName() {
    int code = run("bench", "teapot");

    assertEquals(2, code);
    assertTrue(
        err.toString()
            .contains(
                "no benchmark 'teapot'; there are iotlb-hit, walk, invalidation, replay, footprint,"
                    + " explorer, fleet, stream, execute, device, recovery, journal-bytes,"
                    + " entity-footprint, known, busy, postgres, open, active, guest-boots,"
                    + " mixed, remote, moves, peer"),
        err::toString);
  }

  @Test
  @DisplayName("--list names each benchmark and what it measures")
  void list() {
    int code = run("bench", "--list");

    assertEquals(0, code);
    assertTrue(
        out.toString()
            .contains("walk               a translation that needs a walk of four levels"),
        out::toString);
  }

  @Test
  @DisplayName("--docs puts figures in their places and writes the page; the rest stays")
  void docs() throws Exception {
    var numbers = folder.resolve("performance.json");
    var old = Goal.atMost(3, "ms", "execute-write-p50", "by hand").of(List.of(2.0, 4.0, 6.0));
    Taken.write(numbers, List.of(new Taken(old, "a machine", "2026-11-21")));

    int code = run("bench", "--only-docs", "--docs", folder.toString());

    assertEquals(0, code, err::toString);
    var page = Files.readString(folder.resolve("performance.md"));
    assertTrue(
        page.contains("| execute-write-p50 | ≤ 3.00 | missed: 4.00 ms | 100 % | 3 | 1 |"), page);
    assertTrue(page.contains("\n1. 2026-11-21: a machine\n"), page);
    var taken = new Taken(new Figure("b", 1, "ms", old.better(), 1, 0, 2, "again"), "b", "c");
    assertEquals(
        List.of(old.name(), "b"),
        Taken.merge(Taken.read(numbers), List.of(taken)).stream()
            .map(it -> it.figure().name())
            .toList());
  }

  @Test
  @DisplayName("the page of figures is what the command writes from its numbers")
  void pageIsCurrent() throws Exception {
    var docs = Path.of("..", "docs");

    // Line by line: the message of two whole pages would hide every other failure of a run.
    var expected = PerformancePage.text(Taken.read(docs.resolve("performance.json"))).lines();
    assertIterableEquals(expected.toList(), Files.readAllLines(docs.resolve("performance.md")));
  }

  @Test
  @DisplayName("peer is refused politely where there is no emulator, and has its row's text")
  void peer() {
    int code = run("bench", "peer", "--smoke");

    assertTrue(code == 0 || code == 4, err::toString);
    assertTrue(code == 0 || err.toString().contains("qemu-system-x86_64"), err::toString);
    assertTrue(PerformancePage.explains("peer-starts-ratio"));
  }
}
