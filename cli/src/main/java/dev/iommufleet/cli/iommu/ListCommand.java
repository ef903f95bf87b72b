package dev.iommufleet.cli.iommu;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.FleetCommand;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.protocol.api.v1.ListIommusResponse;
import java.util.ArrayList;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists ids. */
@Command(
    name = "list",
    header = "List the ids of all IOMMUs, ascending, one a line.",
    footerHeading = "%nExamples:%n",
    footer = {"  iommu-fleet iommu list", "  iommu-fleet iommu list --limit 10 --json"})
final class ListCommand extends FleetCommand {
  private static final int PAGE = 1_000;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Most ids to print. Default: ${DEFAULT-VALUE}.")
  private int limit;

  @Override
  protected int run(FleetClient client) {
    if (limit < 1) {
      throw CommandException.usage("--limit is %d; 1 and more go", limit);
    }
    var ids = new ArrayList<String>();
    ListIommusResponse page = ListIommusResponse.getDefaultInstance();
    do {
      page = client.list(Math.min(PAGE, limit - ids.size()), page.getNextPageToken());
      ids.addAll(page.getIommuIdsList());
    } while (!page.getNextPageToken().isEmpty() && ids.size() < limit);
    boolean more = !page.getNextPageToken().isEmpty();
    if (print.json()) {
      print.json(Json.object("ids", ids, "more", more));
    } else {
      ids.forEach(id -> print.out().println(id));
      print.out().flush();
      if (more) {
        print.err().println("there are more; see --limit");
      }
    }
    return DONE;
  }
}
