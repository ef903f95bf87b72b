package dev.iommufleet.cli.device;

import static dev.iommufleet.cli.ExitCode.DONE;
import static dev.iommufleet.cli.ExitCode.FOUND;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.text.Converters;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.client.Devices;
import dev.iommufleet.protocol.api.v1.GroupAtHost;
import dev.iommufleet.protocol.api.v1.OpenGroup;
import dev.iommufleet.protocol.api.v1.RequestDevicePageRequest;
import dev.iommufleet.protocol.api.v1.SendStopMarkerRequest;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows page-request groups, and sends page requests. */
@Command(
    name = "groups",
    header = "Show page-request groups that nobody has answered, or send a page request.",
    description = {
      "The guest answers a group with the descriptor pgresp of 'iommu qi'.",
      "Exit code 1: the function may not ask."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet device groups d1",
      "  iommu-fleet device groups d1 --request 0x7000 --access rw --pasid 3",
      "  iommu-fleet device groups d1 --request 0x7000 --pasid 3 --more",
      "  iommu-fleet device groups d1 --stop-marker --pasid 3"
    })
final class GroupsCommand extends OneDeviceCommand {

  @Option(
      names = "--request",
      paramLabel = "ADDRESS",
      converter = Converters.Word.class,
      description = "Ask for this page.")
  private Long address;

  @Option(
      names = "--access",
      paramLabel = "RWXP",
      defaultValue = "r",
      description = "r read, w write, x execute, p privileged. Default: ${DEFAULT-VALUE}.")
  private String access;

  @Option(
      names = "--more",
      description = "More requests of the group follow. Default: it is the last.")
  private boolean more;

  @Option(names = "--stop-marker", description = "Send a stop marker.")
  private boolean stopMarker;

  @Option(
      names = "--pasid",
      paramLabel = "N",
      converter = Converters.Pasid.class,
      description = "Without it the request carries no PASID, which is not PASID 0.")
  private Integer pasid;

  @Override
  int run(Devices devices) {
    if (address != null && stopMarker) {
      throw CommandException.usage("--request and --stop-marker exclude each other");
    }
    if (address != null) {
      return request(devices);
    }
    return stopMarker ? stop(devices) : show(devices);
  }

  private int request(Devices devices) {
    if (!access.matches("[rwxp]+")) {
      throw CommandException.usage("--access is '%s'; letters of rwxp go", access);
    }
    var request =
        RequestDevicePageRequest.newBuilder()
            .setDeviceId(id)
            .setAddress(address)
            .setRead(access.contains("r"))
            .setWrite(access.contains("w"))
            .setExecute(access.contains("x"))
            .setPrivileged(access.contains("p"))
            .setLastInGroup(!more);
    if (pasid != null) {
      request.setPasid(pasid);
    }
    var answer = devices.requestPage(request.build());
    return sent(answer.getErrno(), answer.getNumber(), answer.getGroupIndex());
  }

  private int stop(Devices devices) {
    var request = SendStopMarkerRequest.newBuilder().setDeviceId(id);
    if (pasid != null) {
      request.setPasid(pasid);
    }
    var answer = devices.sendStopMarker(request.build());
    return sent(answer.getErrno(), answer.getNumber(), null);
  }

  private int sent(int errno, long number, Integer group) {
    boolean sent = errno == 0;
    if (print.json()) {
      print.json(
          Json.object(
              "id",
              id,
              "errno",
              errno,
              "request",
              number == 0 ? null : number,
              "groupIndex",
              sent ? group : null));
    } else if (sent && number == 0) {
      print.line("the request is sent to the host%s", group == null ? "" : ", in group " + group);
    } else if (sent) {
      print.line("request %d is sent%s", number, group == null ? "" : ", group " + group);
    } else {
      print.line("no request is sent: %s", DevicePrinter.errno(errno));
    }
    return sent ? DONE : FOUND;
  }

  private int show(Devices devices) {
    var groups = devices.get(id).getGroupsList();
    if (print.json()) {
      print.json(
          Json.object("id", id, "groups", groups.stream().map(GroupsCommand::json).toList()));
    } else {
      for (var it : groups) {
        print.line(
            "group %-3d PASID %-7s %d requests, %s%s",
            it.getGroupIndex(),
            DevicePrinter.pasid(it.hasPasid(), it.getPasid()),
            it.getRequests(),
            it.getClosed() ? "closed" : "open",
            it.hasAtHost() ? text(it.getAtHost()) : "");
      }
      print.line("%d groups", groups.size());
    }
    return DONE;
  }

  private static String text(GroupAtHost it) {
    if (it.getQueue() == 0) {
      return ", kept at the host";
    }
    var cookie = it.getCookie() == 0 ? ", not read" : ", cookie " + it.getCookie();
    var answer = it.getUnwritten() ? ", its answer waits to be written" : "";
    return ", at the host in fault queue " + it.getQueue() + cookie + answer;
  }

  private static Map<String, Object> json(GroupAtHost it) {
    return Json.object(
        "queue", it.getQueue() == 0 ? null : it.getQueue(),
        "cookie", it.getCookie() == 0 ? null : it.getCookie(),
        "unwritten", it.getUnwritten());
  }

  static Map<String, Object> json(OpenGroup it) {
    return Json.object(
        "groupIndex", it.getGroupIndex(),
        "pasid", it.hasPasid() ? it.getPasid() : null,
        "requests", it.getRequests(),
        "closed", it.getClosed(),
        "atHost", it.hasAtHost() ? json(it.getAtHost()) : null);
  }
}
