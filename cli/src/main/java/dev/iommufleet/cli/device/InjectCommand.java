package dev.iommufleet.cli.device;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.client.Devices;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Tells a device what to do wrong. */
@Command(
    name = "inject",
    header = "Tell a host device what to do wrong from now on.",
    description = {
      "Faults:",
      "  host-call KIND N ERRNO                          the N-th next call fails; N 0: none. KIND:"
          + " allocate, free, attach, detach, invalidate, allocate-paging, allocate-queue,"
          + " read-faults, write-faults",
      "  completions never|late|duplicated|wrong-tag N   the next N invalidation completions",
      "  release                                         late completions come now",
      "  lose-responses N                                the next N page-group responses",
      "  link up|down [notice]                           notice: the slot reports that it is down"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet device inject d1 host-call attach 1 12",
      "  iommu-fleet device inject d1 completions never 1",
      "  iommu-fleet device inject d1 release",
      "  iommu-fleet device inject d1 link down notice"
    })
final class InjectCommand extends OneDeviceCommand {
  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "FAULT",
      description = "One of the faults above.")
  private List<String> words;

  @Override
  int run(Devices devices) {
    long entry;
    try {
      entry = devices.inject(FaultText.parse(words).setDeviceId(id).build());
    } catch (IllegalArgumentException e) {
      throw CommandException.usage("%s", e.getMessage());
    }
    if (print.json()) {
      print.json(Json.object("id", id, "sequenceNumber", entry));
    } else {
      print.line("%s: %s is ordered; entry %d", id, String.join(" ", words), entry);
    }
    return DONE;
  }
}
