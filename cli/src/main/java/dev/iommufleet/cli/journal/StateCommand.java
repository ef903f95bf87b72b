package dev.iommufleet.cli.journal;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.Printer;
import dev.iommufleet.persistence.journal.EntityIds;
import dev.iommufleet.persistence.journal.IommuReplay;
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
    description = "It is made of the entries' facts alone; nothing is executed.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet journal state guest-1 --data ./data",
      "  iommu-fleet journal state guest-1 --data ./data --at 12 --json"
    })
final class StateCommand implements Callable<Integer> {
  @Mixin private Printer print;
  @Mixin private DataOptions data;

  @Parameters(paramLabel = "ID", description = "Id of the IOMMU.")
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
      long entries = Found.summary(journal, id).entries();
      long number = at == null ? entries : at;
      if (number < 1 || number > entries) {
        throw CommandException.usage("--at is %d; %s has entries 1 to %d", number, id, entries);
      }
      var replay = IommuReplay.at(journal, EntityIds.persistenceId(id), number);
      var view = new StateView(id, replay);
      if (print.json()) {
        print.json(view.json());
      } else {
        view.text(all).forEach(line -> print.out().println(line));
        print.out().flush();
      }
      return DONE;
    }
  }
}
