package dev.iommufleet.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.cli.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
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
  @ValueSource(strings = {"stream", "execute", "recovery", "journal-bytes", "entity-footprint"})
  @DisplayName("what measures a node still runs, and writes its figures where it is told to")
  void nodeBenchmarks(String name) throws Exception {
    var file = folder.resolve("figures.json");

    int code = run("bench", name, "--smoke", "--json", file.toString());

    assertEquals(0, code, err::toString);
    var json = Files.readString(file);
    for (String key : new String[] {"name", "value", "unit", "better", "runs", "spread"}) {
      assertTrue(json.contains("\"" + key + "\""), json);
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
                    + " entity-footprint"),
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
}
