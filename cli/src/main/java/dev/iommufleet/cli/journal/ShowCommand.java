package dev.iommufleet.cli.journal;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.Printer;
import dev.iommufleet.persistence.journal.JournalReader;
import dev.iommufleet.protocol.journal.v1.HostDeviceEntry;
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
      "* is a fact that lasts or left, ~ one about context cache and IOTLB, or about a device's",
      "translations, -> a reply.",
      "With --json it prints one object a line."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet journal show guest-1 --data ./data",
      "  iommu-fleet journal show guest-1 --data ./data --from 10 --to 12 --caches",
      "  iommu-fleet journal show nic-1 --data ./data --json"
    })
final class ShowCommand implements Callable<Integer> {
  @Mixin private Printer print;
  @Mixin private DataOptions data;
  @Mixin private KindOption kind;

  @Parameters(paramLabel = "ID", description = "Id of the IOMMU or host device.")
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

  @Option(names = "--caches", description = "Show what is marked ~, too.")
  private boolean caches;

  @Override
  public Integer call() {
    try (var journal = data.open()) {
      var found = kind.find(journal, id);
      long entries = found.entries();
      long last = to == null ? entries : Math.min(to, entries);
      if (from < 1 || from > last) {
        throw CommandException.usage(
            "entries %d to %d: %s has 1 to %d", from, to == null ? entries : to, id, entries);
      }
      show(journal, found.persistenceId(), last);
      print.out().flush();
      return DONE;
    }
  }

  private void show(JournalReader journal, String persistenceId, long last) {
    switch (JournalKind.of(persistenceId)) {
      case IOMMU ->
          journal.entries(persistenceId, from, last, it -> show(new EntryView(it, journal)));
      case DEVICE ->
          journal.entries(
              HostDeviceEntry.class,
              persistenceId,
              from,
              last,
              it -> show(new DeviceEntryView(it)));
    }
  }

  private void show(Shown entry) {
    if (print.json()) {
      print.jsonLine(entry.json());
    } else {
      entry.text(caches).forEach(line -> print.out().println(line));
    }
  }
}
