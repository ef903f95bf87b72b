package dev.iommufleet.cli.device;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.client.Devices;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Makes a host device. */
@Command(
    name = "create",
    header = "Make a host device that is attached nowhere.",
    description = {
      "What is not said fits an IOMMU that was made with --scalable-first-stage; a passed-through"
          + " device needs --caching-mode there as well.",
      "An id has 1 to 64 letters, digits, dots, dashes, underscores, and is used once, for ever."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet device create d1",
      "  iommu-fleet device create d2 --kind passthrough",
      "  iommu-fleet device create d3 --no-ats --pasid-width 0"
    })
final class CreateCommand extends OneDeviceCommand {
  @Mixin private DeviceOptions options;

  @Override
  int run(Devices devices) {
    DevicePrinter.print(print, devices.create(id, options.spec()));
    return DONE;
  }
}
