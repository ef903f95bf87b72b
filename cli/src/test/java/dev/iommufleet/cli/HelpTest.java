package dev.iommufleet.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

@DisplayName("The command tells how it is used")
class HelpTest {

  static Stream<CommandLine> commands() {
    var found = new ArrayList<CommandLine>();
    add(Main.commandLine(), found);
    return found.stream();
  }

  private static void add(CommandLine command, List<CommandLine> found) {
    found.add(command);
    for (var sub : command.getSubcommands().values()) {
      if (sub.getCommand().getClass().getName().startsWith("dev.iommufleet")) {
        add(sub, found);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  @DisplayName("every command has --help, and says in a line what it is for")
  void everyCommandHasHelp(CommandLine command) {
    var name = command.getCommandSpec().qualifiedName();
    var words = new ArrayList<>(List.of(name.split(" ")));
    words.removeFirst();
    words.add("--help");

    var ran = Ran.command(words.toArray(String[]::new));

    assertEquals(ExitCode.DONE, ran.exitCode(), name + ran.err());
    assertTrue(ran.out().contains("Usage: " + name), ran.out());
    var usage = command.getCommandSpec().usageMessage();
    assertTrue(usage.header().length + usage.description().length > 0, name);
  }

  @Test
  @DisplayName("the names that scripts rely on are there")
  void contractedNames() {
    var names = commands().map(it -> it.getCommandSpec().qualifiedName()).toList();

    for (var name :
        List.of(
            "demo",
            "node",
            "capture replay",
            "iommu create",
            "iommu get",
            "iommu list",
            "iommu delete",
            "iommu registers",
            "iommu contexts",
            "iommu pasids",
            "iommu tables",
            "iommu queue",
            "iommu prq",
            "iommu faults",
            "iommu memory",
            "iommu translate",
            "iommu qi",
            "iommu exec",
            "iommu watch",
            "device create",
            "device get",
            "device list",
            "device delete",
            "device attach",
            "device detach",
            "device config",
            "device bindings",
            "device hwpts",
            "device tlb",
            "device groups",
            "device dma",
            "device reset",
            "device inject",
            "cluster status",
            "cluster leave",
            "cluster drain")) {
      assertTrue(names.contains("iommu-fleet " + name), name);
    }
  }

  @Test
  @DisplayName("--version names the program and the Java that runs it")
  void version() {
    var ran = Ran.command("--version");

    assertEquals(ExitCode.DONE, ran.exitCode());
    assertTrue(ran.out().startsWith("iommu-fleet "), ran.out());
    assertTrue(ran.out().contains("Java 25"), ran.out());
  }

  @Test
  @DisplayName("an unknown command is bad usage, with a suggestion")
  void unknownCommand() {
    var ran = Ran.command("iommu", "registrs");

    assertEquals(ExitCode.USAGE, ran.exitCode());
    assertTrue(ran.err().contains("registrs"), ran.err());
    assertTrue(ran.err().contains("Did you mean: iommu registers"), ran.err());
  }
}
