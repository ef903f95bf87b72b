package dev.iommufleet.cli.journal;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.Printer;
import dev.iommufleet.persistence.journal.HostDeviceReplay;
import dev.iommufleet.persistence.journal.IommuReplay;
import dev.iommufleet.persistence.journal.JournalReader;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the state after an entry. */
@Command(
    name = "state",
    mixinStandardHelpOptions = true,
    header = "Show the state after an entry bit by bit: registers, latches, PASID cache, queue.",
    description = {
      "Of a host device: attachment, registers, bindings, objects at the host, translations,",
      "page-request groups, DMAs, and what it tells again until it is settled.",
      "It is made of the entries' facts alone; nothing is executed."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet journal state guest-1 --data ./data",
      "  iommu-fleet journal state guest-1 --data ./data --at 12 --json",
      "  iommu-fleet journal state nic-1 --data ./data"
    })
final class StateCommand implements Callable<Integer> {
  @Mixin private Printer print;
  @Mixin private DataOptions data;
  @Mixin private KindOption kind;

  @Parameters(paramLabel = "ID", description = "Id of the IOMMU or host device.")
  private String id;

  @Option(
      names = "--at",
      paramLabel = "N",
      description = "After this entry. Default: the journal's last.")
  private Long at;

  @Option(names = "--all", description = "Show registers and fields that are 0 too.")
  private boolean all;

  @Override
  public Integer call() {
    try (var journal = data.open()) {
      var found = kind.find(journal, id);
      long entries = found.entries();
      long number = at == null ? entries : at;
      if (number < 1 || number > entries) {
        throw CommandException.usage("--at is %d; %s has entries 1 to %d", number, id, entries);
      }
      var view = view(journal, found.persistenceId(), number);
      if (print.json()) {
        print.json(view.json());
      } else {
        view.text(all).forEach(line -> print.out().println(line));
        print.out().flush();
      }
      return DONE;
    }
  }

  static Shown view(JournalReader journal, String persistenceId, long number) {
    var id = JournalKind.id(persistenceId);
    return switch (JournalKind.of(persistenceId)) {
      case IOMMU -> new StateView(id, IommuReplay.at(journal, persistenceId, number));
      case DEVICE -> new DeviceStateView(id, HostDeviceReplay.at(journal, persistenceId, number));
    };
  }
}
