package dev.iommufleet.cli.device;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.text.Converters;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.client.Devices;
import dev.iommufleet.protocol.api.v1.DetachDeviceRequest;
import dev.iommufleet.protocol.api.v1.RemoveDeviceRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Takes a host device away. */
@Command(
    name = "detach",
    header = "Take a host device away from its IOMMU, in an orderly way or by surprise.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet device detach d1",
      "  iommu-fleet device detach d1 --surprise",
      "  iommu-fleet device detach d1 --epoch 3"
    })
final class DetachCommand extends OneDeviceCommand {
  @Option(
      names = "--surprise",
      description = "Pull it out: it is gone at once, and the IOMMU notes it when it hears of it.")
  private boolean surprise;

  @Option(
      names = "--epoch",
      paramLabel = "N",
      converter = Converters.Word.class,
      description = "Only this attachment. Default: whichever is there.")
  private Long epoch;

  @Option(
      names = "--wait-millis",
      paramLabel = "N",
      defaultValue = "10000",
      converter = Converters.Count.class,
      description = "How long to wait for the IOMMU. Default: ${DEFAULT-VALUE}.")
  private int waitMillis;

  @Override
  int run(Devices devices) {
    return surprise ? remove(devices) : detach(devices);
  }

  private int remove(Devices devices) {
    var request = RemoveDeviceRequest.newBuilder().setDeviceId(id);
    if (epoch != null) {
      request.setEpoch(epoch);
    }
    long entry = devices.remove(request.build());
    if (print.json()) {
      print.json(Json.object("id", id, "sequenceNumber", entry));
    } else {
      print.line("%s is gone, with entry %d", id, entry);
    }
    return DONE;
  }

  private int detach(Devices devices) {
    var request = DetachDeviceRequest.newBuilder().setDeviceId(id).setWaitMillis(waitMillis);
    if (epoch != null) {
      request.setEpoch(epoch);
    }
    var detached = devices.detach(request.build());
    if (print.json()) {
      print.json(DevicePrinter.json(detached.getDevice()));
    } else {
      print.line("%s is detached; attachment %d is over", id, detached.getEpoch());
    }
    return DONE;
  }
}
