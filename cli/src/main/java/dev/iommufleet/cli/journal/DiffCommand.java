package dev.iommufleet.cli.journal;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.Printer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what changed between two entries. */
@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    header = "Show in what the states after two entries differ.",
    description = {
      "As 'journal state' shows them: of guest memory the number of pages alone.",
      "name: before -> after; - and + are rows that went and that came."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet journal diff guest-1 --data ./data --from 10 --to 12",
      "  iommu-fleet journal diff nic-1 --data ./data --from 3 --json"
    })
final class DiffCommand implements Callable<Integer> {
  @Mixin private Printer print;
  @Mixin private DataOptions data;
  @Mixin private KindOption kind;

  @Parameters(paramLabel = "ID", description = "Id of the IOMMU or host device.")
  private String id;

  @Option(
      names = "--from",
      paramLabel = "N",
      required = true,
      description = "The state after this entry is the one before.")
  private long from;

  @Option(
      names = "--to",
      paramLabel = "N",
      description = "The state after this entry is the one after. Default: the journal's last.")
  private Long to;

  @Override
  public Integer call() {
    try (var journal = data.open()) {
      var found = kind.find(journal, id);
      long last = to == null ? found.entries() : to;
      if (from < 1 || from > last || last > found.entries()) {
        throw CommandException.usage(
            "entries %d to %d: %s has 1 to %d", from, last, id, found.entries());
      }
      var before = StateCommand.view(journal, found.persistenceId(), from).json();
      var after = StateCommand.view(journal, found.persistenceId(), last).json();
      print(last, new Difference(compared(before), compared(after)));
      return DONE;
    }
  }

  /** Numbers of entries differ because they were asked to. */
  private static Map<String, Object> compared(Map<String, Object> state) {
    var compared = new LinkedHashMap<>(state);
    compared.remove("sequenceNumber");
    return compared;
  }

  private void print(long last, Difference difference) {
    if (print.json()) {
      var fields = new LinkedHashMap<String, Object>();
      fields.put("id", id);
      fields.put("from", from);
      fields.put("to", last);
      fields.putAll(difference.json());
      print.json(fields);
      return;
    }
    var lines = difference.text();
    lines.forEach(line -> print.out().println(line));
    print.line("%d differences between entries %d and %d", lines.size(), from, last);
  }
}
