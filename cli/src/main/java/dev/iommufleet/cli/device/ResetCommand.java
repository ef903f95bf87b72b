package dev.iommufleet.cli.device;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.text.Json;
import dev.iommufleet.client.Devices;
import picocli.CommandLine.Command;

/** Resets a function. */
@Command(
    name = "reset",
    header = "Reset the function: what it had under way ends, its registers are as at power-on.",
    description = "It stays attached. The same as writing 0x8000 to device-control.",
    footerHeading = "%nExample:%n",
    footer = "  iommu-fleet device reset d1")
final class ResetCommand extends OneDeviceCommand {

  @Override
  int run(Devices devices) {
    long entry = devices.reset(id);
    if (print.json()) {
      print.json(Json.object("id", id, "sequenceNumber", entry));
    } else {
      print.line("%s is reset; entry %d", id, entry);
    }
    return DONE;
  }
}
