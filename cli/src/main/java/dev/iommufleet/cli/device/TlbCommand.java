package dev.iommufleet.cli.device;

import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.Numbers;
import dev.iommufleet.cli.text.RecordView;
import dev.iommufleet.client.Devices;
import dev.iommufleet.protocol.api.v1.HostDeviceFact.TranslationFilled;
import dev.iommufleet.protocol.api.v1.HostDeviceStateKind;
import dev.iommufleet.protocol.api.v1.ListHostDeviceStateResponse;
import java.util.Map;
import picocli.CommandLine.Command;

/** Shows translations. */
@Command(
    name = "tlb",
    header = "Show the translations that a device holds: its device TLB, or the host's for it.",
    description = "Oldest first.",
    footerHeading = "%nExamples:%n",
    footer = {"  iommu-fleet device tlb d1", "  iommu-fleet device tlb d1 --limit 10 --json"})
final class TlbCommand extends StateCommand {

  @Override
  int run(Devices devices) {
    var kind = HostDeviceStateKind.HOST_DEVICE_STATE_KIND_TRANSLATIONS;
    return print(
        "translations",
        "translations",
        all(devices, kind, ListHostDeviceStateResponse::getTranslationsList),
        TlbCommand::json,
        TlbCommand::text);
  }

  private static Map<String, Object> json(TranslationFilled it) {
    return Json.object(
        "pasid", it.hasPasid() ? it.getPasid() : null,
        "iova", Numbers.hex(it.getIova()),
        "address", Numbers.hex(it.getAddress()),
        "mask", Numbers.hex(it.getMask()),
        "permissions", RecordView.permissions(it.getPermissions()));
  }

  private static String text(TranslationFilled it) {
    return "PASID %-7s %s -> %s, %s bytes, %s"
        .formatted(
            DevicePrinter.pasid(it.hasPasid(), it.getPasid()),
            Numbers.hex(it.getIova()),
            Numbers.hex(it.getAddress()),
            Numbers.hex(it.getMask() + 1),
            RecordView.permissions(it.getPermissions()));
  }
}
