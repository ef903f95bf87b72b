package dev.iommufleet.cli.device;

import static dev.iommufleet.cli.ExitCode.DONE;
import static dev.iommufleet.cli.ExitCode.FOUND;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.client.Devices;
import dev.iommufleet.protocol.api.v1.CallHostRequest;
import dev.iommufleet.protocol.api.v1.CallHostResponse;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Calls the host's kernel. */
@Command(
    name = "call",
    header = "Call the host's kernel of a passed-through device, for its group or for yourself.",
    description = {
      "Calls:",
      "  attach FUNCTION PASID OBJECT   a sibling, 2 and on; replaces what was attached",
      "  detach FUNCTION PASID",
      "  nested FUNCTION PARENT FLAGS WIDTH TABLE [TABLE-FLAGS [QUEUE]]",
      "  paging FUNCTION FLAGS [QUEUE]",
      "  queue [FLAGS]                  a fault queue",
      "  read QUEUE [BYTES [OFFSET]]    48 bytes a page request",
      "  write QUEUE [COOKIE:CODE]...   code 0 success, 1 invalid",
      "  free OBJECT                    or fault queue",
      "Flags: 1 others may be nested in it, 4 QUEUE is meant, 8 for PASIDs too. PASID 0 serves"
          + " requests without PASID.",
      "What is attached to function 1, the device itself, follows the guest's tables.",
      "Exit code 1: the kernel said no."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet device call d1 attach 2 3 1000",
      "  iommu-fleet device call d1 queue",
      "  iommu-fleet device call d1 nested 2 10 12 48 0x1000 0 1002",
      "  iommu-fleet device call d1 write 1000 1:0"
    })
final class CallCommand extends OneDeviceCommand {
  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "CALL",
      description = "One of the calls above.")
  private List<String> words;

  @Override
  int run(Devices devices) {
    CallHostResponse answer;
    try {
      answer =
          devices.callHost(
              CallHostRequest.newBuilder().setDeviceId(id).setCall(CallText.parse(words)).build());
    } catch (IllegalArgumentException e) {
      throw CommandException.usage("%s", e.getMessage());
    }
    boolean ok = answer.getErrno() == 0;
    if (print.json()) {
      print.json(
          Json.object(
              "id", id, "errno", answer.getErrno(), "value", ok ? answer.getValue() : null));
    } else if (ok) {
      print.line("%s: %d", String.join(" ", words), answer.getValue());
    } else {
      print.line("%s: errno %d", String.join(" ", words), -answer.getErrno());
    }
    return ok ? DONE : FOUND;
  }
}
