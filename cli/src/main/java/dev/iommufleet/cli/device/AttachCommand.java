package dev.iommufleet.cli.device;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.text.Converters;
import dev.iommufleet.client.Devices;
import dev.iommufleet.protocol.api.v1.AttachDeviceRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Attaches a host device. */
@Command(
    name = "attach",
    header = "Attach a host device to an IOMMU, and wait for what the IOMMU says.",
    description = "Exit code 4: the IOMMU does not accept it; the message says why.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet device attach d1 guest-1 00:02.0",
      "  iommu-fleet device attach d1 guest-1 0x10 --json"
    })
final class AttachCommand extends OneDeviceCommand {
  @Parameters(index = "1", paramLabel = "IOMMU", description = "Id of the IOMMU.")
  private String iommu;

  @Parameters(
      index = "2",
      paramLabel = "SID",
      converter = Converters.Source.class,
      description = "Which function it is there: 00:02.0 or 0x10.")
  private int sourceId;

  @Option(
      names = "--wait-millis",
      paramLabel = "N",
      defaultValue = "10000",
      converter = Converters.Count.class,
      description = "How long to wait for the IOMMU. Default: ${DEFAULT-VALUE}.")
  private int waitMillis;

  @Override
  int run(Devices devices) {
    var attached =
        devices.attach(
            AttachDeviceRequest.newBuilder()
                .setDeviceId(id)
                .setIommuId(iommu)
                .setSourceId(sourceId)
                .setWaitMillis(waitMillis)
                .build());
    if (print.json()) {
      print.json(DevicePrinter.json(attached.getDevice()));
    } else {
      print.line("%s is %s", id, DevicePrinter.text(attached.getDevice().getAttachment()));
    }
    return DONE;
  }
}
