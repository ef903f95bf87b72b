package dev.iommufleet.cli.iommu;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.text.Json;
import dev.iommufleet.client.FleetClient;
import picocli.CommandLine.Command;

/** Ends an IOMMU. */
@Command(
    name = "delete",
    header = "End an IOMMU. Its journal is kept, and its id is not used again.",
    footerHeading = "%nExample:%n",
    footer = "  iommu-fleet iommu delete guest-1")
final class DeleteCommand extends OneIommuCommand {

  @Override
  protected int run(FleetClient client) {
    long entry = client.delete(id);
    if (print.json()) {
      print.json(Json.object("id", id, "sequenceNumber", entry));
    } else {
      print.line("%s is deleted, with entry %d", id, entry);
    }
    return DONE;
  }
}
