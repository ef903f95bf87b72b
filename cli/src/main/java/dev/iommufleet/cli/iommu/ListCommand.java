package dev.iommufleet.cli.iommu;

import dev.iommufleet.cli.IdListCommand;
import dev.iommufleet.client.FleetClient;
import picocli.CommandLine.Command;

/** Lists ids. */
@Command(
    name = "list",
    header = "List the ids of all IOMMUs, ascending, one a line.",
    footerHeading = "%nExamples:%n",
    footer = {"  iommu-fleet iommu list", "  iommu-fleet iommu list --limit 10 --json"})
final class ListCommand extends IdListCommand {

  @Override
  protected Page page(FleetClient client, int size, String token) {
    var page = client.list(size, token);
    return new Page(page.getIommuIdsList(), page.getNextPageToken());
  }
}
