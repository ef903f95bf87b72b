package dev.iommufleet.cli.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.cli.Main;
import dev.iommufleet.cli.RunningNode;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.load.history.HistoryFile;
import dev.iommufleet.protocol.load.v1.HistoryRecord;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("iommu-fleet load run")
@ExtendWith(RunningNode.class)
class RunCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  private int run(String... arguments) {
    var all = new ArrayList<>(List.of("load", "run"));
    all.addAll(List.of(arguments));
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all.toArray(String[]::new));
  }

  private String said() {
    return out + "\n" + err;
  }

  @Test
  @DisplayName("300 guests on a real node: no violation, and JSON as scripts expect it")
  void smoke() throws IOException {
    var json = folder.resolve("result.json");

    int code =
        run(
            "smoke",
            "--target",
            RunningNode.target(),
            "--guests",
            "300",
            "--duration",
            "1s",
            "--json",
            json.toString());

    assertEquals(0, code, this::said);
    var tree = (Map<?, ?>) Json.read(Files.readString(json));
    for (var field :
        List.of(
            "operations",
            "acknowledged",
            "lost",
            "duplicated",
            "violations",
            "latency",
            "recoveries",
            "passed")) {
      assertTrue(tree.containsKey(field), () -> field + " in " + tree.keySet());
    }
    assertEquals(Map.of(), tree.get("violations"));
    assertEquals(true, tree.get("passed"));
    var all = (Map<?, ?>) ((Map<?, ?>) tree.get("latency")).get("all");
    assertTrue(all.keySet().containsAll(List.of("p50", "p99", "p999")), all::toString);
    var versions = (Map<?, ?>) tree.get("versions");
    assertTrue(versions.keySet().containsAll(List.of("iommu-fleet", "node")), versions::toString);
    assertEquals(Runtime.version().toString(), versions.get("node java"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"hotplug", "teardown", "sva", "replay"})
  @DisplayName("the other behaviours on a real node: no violation")
  void others(String scenario) {
    int code = run(scenario, "--target", RunningNode.target(), "--guests", "8", "--duration", "1s");

    assertEquals(0, code, this::said);
  }

  @Test
  @DisplayName("the history holds each call and its end")
  void history() throws IOException {
    var file = folder.resolve("history");

    int code =
        run(
            "smoke",
            "--target",
            RunningNode.target(),
            "--guests",
            "5",
            "--duration",
            "1s",
            "--history",
            file.toString());

    assertEquals(0, code, this::said);
    int[] counts = new int[20];
    HistoryFile.read(file, record -> counts[record.getKindCase().getNumber()]++);
    int invoked = counts[HistoryRecord.INVOKED_FIELD_NUMBER];
    assertTrue(invoked > 50, "calls: " + invoked);
    assertEquals(invoked, counts[HistoryRecord.ANSWERED_FIELD_NUMBER]);
    assertEquals(5, counts[HistoryRecord.FINAL_STATE_FIELD_NUMBER]);
    assertEquals(2, counts[HistoryRecord.PHASE_FIELD_NUMBER]);
  }

  @Test
  @DisplayName("a threshold that is missed ends with 1 and says which")
  void missed() throws IOException {
    var scenario =
        Files.writeString(
            folder.resolve("strict.yaml"),
            """
            name: strict
            topology: {iommus: 2}
            mix: {steady-strict: 1}
            phases: [{name: p, requests: 30}]
            thresholds: {p99: {all: 1us}}
            """);

    int code = run(scenario.toString(), "--target", RunningNode.target());

    assertEquals(1, code, this::said);
    assertTrue(out.toString().contains("missed: p99 of all is"), this::said);
  }

  @Test
  @DisplayName("a scenario that cannot be used ends with 2 and the lines that are wrong")
  void badScenario() throws IOException {
    var scenario = Files.writeString(folder.resolve("bad.yaml"), "name: x\nmix: {}\n");

    assertEquals(2, run(scenario.toString()), this::said);
    assertTrue(err.toString().contains("required property 'topology' not found"), this::said);
    assertEquals(2, run("no-such-scenario"), this::said);
  }

  @Test
  @DisplayName("faults that nobody here can inject are refused before anything begins")
  void impossibleFaults() {
    assertEquals(2, run("kill-one-of-three", "--target", "localhost:1"), this::said);
    assertTrue(err.toString().contains("takes kind command"), this::said);
  }

  @Test
  @DisplayName("where no node answers it ends with 3")
  void unreachable() {
    assertEquals(3, run("smoke", "--target", "localhost:1"), this::said);
  }

  @Test
  @DisplayName("a dry run counts requests and tells seeds apart, without a node")
  void dryRun() {
    assertEquals(0, run("smoke", "--dry-run", "--guests", "3"), this::said);
    var first = out.toString();
    assertEquals(0, run("smoke", "--dry-run", "--guests", "3"), this::said);
    assertEquals(first + first, out.toString());
    assertEquals(0, run("smoke", "--dry-run", "--guests", "3", "--seed", "5"), this::said);
    var hashes = out.toString().lines().filter(it -> it.startsWith("hash ")).distinct().count();
    assertEquals(2, hashes, this::said);
  }

  @Test
  @DisplayName("the list names every shipped scenario")
  void list() {
    assertEquals(0, run("--list"), this::said);
    assertTrue(out.toString().contains("boot-10k"), this::said);
  }
}
