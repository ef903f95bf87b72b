package dev.iommufleet.cli.device;

import dev.iommufleet.cli.IdListCommand;
import dev.iommufleet.client.FleetClient;
import picocli.CommandLine.Command;

/** Lists ids. */
@Command(
    name = "list",
    header = "List the ids of all host devices, ascending, one a line.",
    footerHeading = "%nExamples:%n",
    footer = {"  iommu-fleet device list", "  iommu-fleet device list --limit 10 --json"})
final class ListCommand extends IdListCommand {

  @Override
  protected Page page(FleetClient client, int size, String token) {
    var page = client.devices().list(size, token);
    return new Page(page.getDeviceIdsList(), page.getNextPageToken());
  }
}
