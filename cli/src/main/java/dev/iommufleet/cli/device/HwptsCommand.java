package dev.iommufleet.cli.device;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.Numbers;
import dev.iommufleet.client.Devices;
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
    description = "PASID 0 of the host serves requests without PASID.",
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
    if (print.json()) {
      print.json(
          Json.object(
              "id", id, "objects", objects.stream().map(it -> json(it, attachments)).toList()));
    } else {
      objects.forEach(it -> print.out().println(text(it, attachments)));
      print.line("%d objects, %d attachments", objects.size(), attachments.size());
    }
    return DONE;
  }

  private static List<Integer> pasids(
      HostDeviceObjectInUse it, List<HostDevicePasidAttachment> attachments) {
    return attachments.stream()
        .filter(attachment -> attachment.getObject() == it.getObject().getId())
        .map(HostDevicePasidAttachment::getPasid)
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
        "pasids", pasids(it, attachments));
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
    return "object %-3d %s; %d users%s%s"
        .formatted(
            object.getId(),
            what,
            it.getUsers(),
            pasids.isEmpty()
                ? ""
                : ", attached for PASID "
                    + pasids.stream().map(String::valueOf).collect(Collectors.joining(", ")),
            it.getUnfreed() ? ", waits to be freed" : "");
  }
}
