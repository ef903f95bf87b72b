package dev.iommufleet.cli.iommu;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.tables.Bounds;
import dev.iommufleet.client.FleetClient;
import picocli.CommandLine.Command;

/** Shows root and context tables. */
@Command(
    name = "contexts",
    header = "Show the guest's root table and its present context entries, from guest memory.",
    description = "The unit may hold older copies in its context cache.",
    footerHeading = "%nExample:%n",
    footer = "  iommu-fleet iommu contexts guest-1")
final class ContextsCommand extends OneIommuCommand {

  @Override
  protected int run(FleetClient client) {
    var looking = Looking.at(client, id);
    var tree = looking.tables(Bounds.DEFAULT).contexts();
    if (print.json()) {
      print.json(tree.json());
    } else {
      tree.lines().forEach(line -> print.out().println(line));
      print.out().flush();
    }
    return DONE;
  }
}
