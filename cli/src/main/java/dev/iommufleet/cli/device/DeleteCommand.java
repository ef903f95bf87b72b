package dev.iommufleet.cli.device;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.text.Json;
import dev.iommufleet.client.Devices;
import picocli.CommandLine.Command;

/** Ends a host device. */
@Command(
    name = "delete",
    header = "End a host device. Its journal is kept, and its id is not used again.",
    description = "It has to be detached before.",
    footerHeading = "%nExample:%n",
    footer = "  iommu-fleet device delete d1")
final class DeleteCommand extends OneDeviceCommand {

  @Override
  int run(Devices devices) {
    long entry = devices.delete(id);
    if (print.json()) {
      print.json(Json.object("id", id, "sequenceNumber", entry));
    } else {
      print.line("%s is deleted, with entry %d", id, entry);
    }
    return DONE;
  }
}
