package dev.iommufleet.cli.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.cli.ExitCode;
import dev.iommufleet.cli.Ran;
import dev.iommufleet.cli.RunningNode;
import dev.iommufleet.cli.text.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(RunningNode.class)
@DisplayName("journal commands on a live node's data directory")
class JournalCommandsTest {

  @BeforeAll
  static void someHistory() {
    var target = RunningNode.target();
    Ran.command("iommu", "create", "history", "--target", target);
    Ran.command("iommu", "qi", "history", "--setup", "0x8000", "cc-g", "wait", "--target", target);
  }

  static Ran journal(String... words) {
    var all = new ArrayList<>(List.of("journal"));
    all.addAll(List.of(words));
    all.addAll(List.of("--data", RunningNode.data().toString()));
    return Ran.command(all.toArray(String[]::new));
  }

  @Test
  @DisplayName("list names each journal with its entries")
  void list() {
    var json = journal("list", "--json").json();

    var mine =
        ((List<?>) json.get("journals"))
            .stream().map(it -> (Map<?, ?>) it).filter(it -> it.get("id").equals("history"));
    assertEquals(List.of(3L), mine.map(it -> it.get("entries")).toList());
  }

  @Test
  @DisplayName("show prints cause, operations, facts and replies in the field's terms")
  void show() {
    var ran = journal("show", "history", "--from", "3");

    assertEquals(ExitCode.DONE, ran.exitCode(), ran.err());
    assertTrue(ran.out().startsWith("#3 "), ran.out());
    assertTrue(ran.out().contains("write-register offset=0x88 register=IQT"), ran.out());
    assertTrue(
        ran.out().contains("* memory-written write-kind=wait-status address=0x8024"), ran.out());
    var first = Json.read(journal("show", "history", "--to", "1", "--json").out());
    assertEquals("created as history", ((Map<?, ?>) first).get("cause"));
  }

  @Test
  @DisplayName("state --at shows registers, latches and the queue as they were")
  void state() {
    var before = journal("state", "history", "--at", "1");
    var after = journal("state", "history", "--at", "3", "--json").json();

    assertTrue(before.out().contains("queue-enabled          0x0"), before.out());
    var queue = (Map<?, ?>) after.get("queue");
    assertEquals(2L, queue.get("head"));
    var live = Ran.command("iommu", "get", "history", "--json", "--target", RunningNode.target());
    assertEquals(live.json().get("stateHash"), after.get("stateHash"));
  }

  @Test
  @DisplayName("verify executes the causes again and finds no divergence")
  void verify() {
    var ran = journal("verify", "history", "--json");

    assertEquals(ExitCode.DONE, ran.exitCode(), ran.err());
    assertEquals(3L, ran.json().get("entries"));
    assertEquals(3L, ran.json().get("verified"));
    assertEquals(List.of(), ran.json().get("divergences"));
    var live = Ran.command("iommu", "get", "history", "--json", "--target", RunningNode.target());
    assertEquals(live.json().get("stateHash"), ran.json().get("stateHash"));
  }

  @Test
  @DisplayName("unknown ids, entries and directories are bad input, and say what is there")
  void badInput(@TempDir Path empty) throws Exception {
    var nobody = journal("show", "nobody");
    var beyond = journal("state", "history", "--at", "99");
    var nothing = Ran.command("journal", "list", "--data", empty.toString());
    var foreign = empty.resolve("foreign");
    Files.createDirectories(foreign);
    Files.writeString(foreign.resolve("journal.db"), "no database");
    var garbage = Ran.command("journal", "list", "--data", foreign.toString());

    assertEquals(ExitCode.USAGE, nobody.exitCode());
    assertTrue(nobody.err().contains("'journal list' shows"), nobody.err());
    assertEquals(ExitCode.USAGE, beyond.exitCode());
    assertTrue(beyond.err().contains("history has entries 1 to 3"), beyond.err());
    assertEquals(ExitCode.USAGE, nothing.exitCode());
    assertEquals(ExitCode.REFUSED, garbage.exitCode(), garbage.err());
    assertEquals(1, garbage.err().strip().lines().count(), garbage.err());
  }
}
