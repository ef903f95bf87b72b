package dev.iommufleet.cli.device;

import dev.iommufleet.cli.text.Json;
import dev.iommufleet.client.Devices;
import dev.iommufleet.protocol.api.v1.HostDeviceBinding;
import dev.iommufleet.protocol.api.v1.HostDeviceStateKind;
import dev.iommufleet.protocol.api.v1.ListHostDeviceStateResponse;
import java.util.Map;
import picocli.CommandLine.Command;

/** Shows bindings. */
@Command(
    name = "bindings",
    header = "Show which PASIDs a passed-through device has bound, and to what.",
    description = "PASID 0 of the table serves requests without PASID.",
    footerHeading = "%nExamples:%n",
    footer = {"  iommu-fleet device bindings d1", "  iommu-fleet device bindings d1 --json"})
final class BindingsCommand extends StateCommand {
  private static final int FIRST_STAGE = 1;
  private static final int PASS_THROUGH = 4;

  @Override
  int run(Devices devices) {
    var kind = HostDeviceStateKind.HOST_DEVICE_STATE_KIND_BINDINGS;
    return print(
        "bindings",
        "bindings",
        all(devices, kind, ListHostDeviceStateResponse::getBindingsList),
        BindingsCommand::json,
        BindingsCommand::text);
  }

  private static String type(int type) {
    return switch (type) {
      case FIRST_STAGE -> "first-stage";
      case PASS_THROUGH -> "pass-through";
      default -> "type " + type;
    };
  }

  private static Map<String, Object> json(HostDeviceBinding it) {
    return Json.object(
        "pasid", it.getPasid(),
        "type", type(it.getType()),
        "object", it.getNested() == 0 ? null : it.getNested(),
        "careful", it.getCareful(),
        "undetached", it.getUndetached());
  }

  private static String text(HostDeviceBinding it) {
    var object = it.getNested() == 0 ? "no object of its own" : "object " + it.getNested();
    return "PASID %-7d %-12s %s%s"
        .formatted(
            it.getPasid(),
            type(it.getType()),
            object,
            it.getUndetached() ? ", attached though it should not be" : "");
  }
}
