package dev.iommufleet.cli.iommu;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.tables.PrqView;
import dev.iommufleet.client.FleetClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows the page-request queue. */
@Command(
    name = "prq",
    header = "Show the page-request queue: status, head, tail, and the requests between them.",
    footerHeading = "%nExample:%n",
    footer = "  iommu-fleet iommu prq guest-1 --json")
final class PrqCommand extends OneIommuCommand {
  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "64",
      description = "Most requests to print. Default: ${DEFAULT-VALUE}.")
  private int limit;

  @Override
  protected int run(FleetClient client) {
    var looking = Looking.at(client, id);
    var view = new PrqView(looking.registers(), looking.memory());
    if (print.json()) {
      print.json(view.json(limit));
    } else {
      view.text(limit).forEach(line -> print.out().println(line));
      print.out().flush();
    }
    return DONE;
  }
}
