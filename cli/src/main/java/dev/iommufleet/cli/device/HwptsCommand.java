package dev.iommufleet.cli.device;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.Numbers;
import dev.iommufleet.client.Devices;
import dev.iommufleet.protocol.api.v1.HostDeviceFaultQueue;
import dev.iommufleet.protocol.api.v1.HostDeviceObjectInUse;
import dev.iommufleet.protocol.api.v1.HostDevicePasidAttachment;
import dev.iommufleet.protocol.api.v1.HostDeviceStateKind;
import dev.iommufleet.protocol.api.v1.ListHostDeviceStateResponse;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** Shows the host's page-table objects. */
@Command(
    name = "hwpts",
    header = "Show the page-table objects at the host, and what the host has attached to them.",
    description = {
      "PASID 0 of the host serves requests without PASID.",
      "Siblings of the device's group are functions 2 and on; fault queues are listed last."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  iommu-fleet device hwpts d1", "  iommu-fleet device hwpts d1 --json"})
final class HwptsCommand extends StateCommand {

  @Override
  int run(Devices devices) {
    var objects =
        all(
            devices,
            HostDeviceStateKind.HOST_DEVICE_STATE_KIND_OBJECTS,
            ListHostDeviceStateResponse::getObjectsList);
    var attachments =
        all(
            devices,
            HostDeviceStateKind.HOST_DEVICE_STATE_KIND_ATTACHMENTS,
            ListHostDeviceStateResponse::getAttachmentsList);
    var queues =
        all(
            devices,
            HostDeviceStateKind.HOST_DEVICE_STATE_KIND_QUEUES,
            ListHostDeviceStateResponse::getQueuesList);
    if (print.json()) {
      print.json(
          Json.object(
              "id", id,
              "objects", objects.stream().map(it -> json(it, attachments)).toList(),
              "queues", queues.stream().map(HwptsCommand::json).toList()));
    } else {
      objects.forEach(it -> print.out().println(text(it, attachments)));
      queues.forEach(
          it ->
              print.line(
                  "queue  %-3d %d users, %d groups not read",
                  it.getQueue(), it.getUsers(), it.getWaiting()));
      print.line("%d objects, %d attachments", objects.size(), attachments.size());
    }
    return DONE;
  }

  private static Map<String, Object> json(HostDeviceFaultQueue it) {
    return Json.object("queue", it.getQueue(), "users", it.getUsers(), "waiting", it.getWaiting());
  }

  /** Of the device itself. */
  private static List<Integer> pasids(
      HostDeviceObjectInUse it, List<HostDevicePasidAttachment> attachments) {
    return attachments.stream()
        .filter(attachment -> attachment.getObject() == it.getObject().getId())
        .filter(attachment -> attachment.getSibling() == 0)
        .map(HostDevicePasidAttachment::getPasid)
        .toList();
  }

  /** As function:PASID; the device itself is function 1. */
  private static List<String> siblings(
      HostDeviceObjectInUse it, List<HostDevicePasidAttachment> attachments) {
    return attachments.stream()
        .filter(attachment -> attachment.getObject() == it.getObject().getId())
        .filter(attachment -> attachment.getSibling() != 0)
        .map(attachment -> 1 + attachment.getSibling() + ":" + attachment.getPasid())
        .toList();
  }

  private static Map<String, Object> json(
      HostDeviceObjectInUse it, List<HostDevicePasidAttachment> attachments) {
    var object = it.getObject();
    boolean nested = object.getParent() != 0;
    return Json.object(
        "object", object.getId(),
        "kind", nested ? "nested" : "paging",
        "parent", nested ? object.getParent() : null,
        "table", nested ? Numbers.hex(object.getTable()) : null,
        "addressWidth", nested ? object.getAddressWidth() : null,
        "flags", object.getFlags(),
        "tableFlags", object.getTableFlags(),
        "users", it.getUsers(),
        "unfreed", it.getUnfreed(),
        "queue", object.getQueue() == 0 ? null : object.getQueue(),
        "pasids", pasids(it, attachments),
        "siblings", siblings(it, attachments));
  }

  private static String text(
      HostDeviceObjectInUse it, List<HostDevicePasidAttachment> attachments) {
    var object = it.getObject();
    var what =
        object.getParent() == 0
            ? "paging"
            : "nested in %d, guest table %s, %d bits"
                .formatted(
                    object.getParent(), Numbers.hex(object.getTable()), object.getAddressWidth());
    var pasids = pasids(it, attachments);
    var siblings = siblings(it, attachments);
    return "object %-3d %s; %d users%s%s%s%s"
        .formatted(
            object.getId(),
            what,
            it.getUsers(),
            pasids.isEmpty()
                ? ""
                : ", attached for PASID "
                    + pasids.stream().map(String::valueOf).collect(Collectors.joining(", ")),
            siblings.isEmpty() ? "" : ", function:PASID " + String.join(", ", siblings),
            object.getQueue() == 0 ? "" : ", fault queue " + object.getQueue(),
            it.getUnfreed() ? ", waits to be freed" : "");
  }
}
