package dev.iommufleet.cli.device;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.client.Devices;
import picocli.CommandLine.Command;

/** Shows a host device. */
@Command(
    name = "get",
    header = "Show what a host device is made of and how it is.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet device get d1",
      "  iommu-fleet device get d1 --json | jq -r .attachment.state"
    })
final class GetCommand extends OneDeviceCommand {

  @Override
  int run(Devices devices) {
    DevicePrinter.print(print, devices.get(id));
    return DONE;
  }
}
