package dev.iommufleet.cli.journal;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.Printer;
import dev.iommufleet.persistence.journal.EntityIds;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows entries. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    header = "Show journal entries: what was asked, what became true, what was answered.",
    description = {
      "* is a fact that lasts or left the IOMMU, ~ one about context cache and IOTLB, -> a reply.",
      "With --json it prints one object a line."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet journal show guest-1 --data ./data",
      "  iommu-fleet journal show guest-1 --data ./data --from 10 --to 12 --caches"
    })
final class ShowCommand implements Callable<Integer> {
  @Mixin private Printer print;
  @Mixin private DataOptions data;

  @Parameters(paramLabel = "ID", description = "Id of the IOMMU.")
  private String id;

  @Option(
      names = "--from",
      paramLabel = "N",
      defaultValue = "1",
      description = "First entry. Default: ${DEFAULT-VALUE}.")
  private long from;

  @Option(
      names = "--to",
      paramLabel = "N",
      description = "Last entry. Default: the journal's last.")
  private Long to;

  @Option(names = "--caches", description = "Show facts about context cache and IOTLB, too.")
  private boolean caches;

  @Override
  public Integer call() {
    try (var journal = data.open()) {
      var persistenceId = EntityIds.persistenceId(id);
      long entries = Found.summary(journal, id).entries();
      long last = to == null ? entries : Math.min(to, entries);
      if (from < 1 || from > last) {
        throw CommandException.usage(
            "entries %d to %d: %s has 1 to %d", from, to == null ? entries : to, id, entries);
      }
      journal.entries(
          persistenceId,
          from,
          last,
          stored -> {
            var view = new EntryView(stored, journal);
            if (print.json()) {
              print.jsonLine(view.json());
            } else {
              view.text(caches).forEach(line -> print.out().println(line));
            }
          });
      print.out().flush();
      return DONE;
    }
  }
}
