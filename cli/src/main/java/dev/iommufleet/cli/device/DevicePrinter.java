package dev.iommufleet.cli.device;

import dev.iommufleet.cli.Printer;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.Numbers;
import dev.iommufleet.cli.text.RecordView;
import dev.iommufleet.cli.text.Times;
import dev.iommufleet.hardware.vtd.spec.SourceId;
import dev.iommufleet.protocol.api.v1.AttachOutcome;
import dev.iommufleet.protocol.api.v1.AttachState;
import dev.iommufleet.protocol.api.v1.ConfigRegister;
import dev.iommufleet.protocol.api.v1.HostDevice;
import dev.iommufleet.protocol.api.v1.HostDeviceAttachment;
import dev.iommufleet.protocol.api.v1.HostInfo;
import dev.iommufleet.protocol.api.v1.PciCapabilities;
import java.util.LinkedHashMap;
import java.util.Map;

/** How a host device is shown. */
final class DevicePrinter {
  private static final int HASH_BYTES = 8;
  private static final int NOT_PERMITTED = -1;
  private static final int NO_DEVICE = -19;

  private DevicePrinter() {}

  static void print(Printer print, HostDevice device) {
    if (print.json()) {
      print.json(json(device));
    } else {
      text(print, device);
    }
  }

  /** {@code never}, of a constant whose name begins with {@code prefix}. */
  static String dashed(String prefix, Enum<?> constant) {
    return RecordView.dashed(
        constant.name().startsWith(prefix)
            ? constant.name().substring(prefix.length())
            : constant.name());
  }

  static String name(ConfigRegister register) {
    return dashed("CONFIG_REGISTER_", register);
  }

  static String pasid(boolean there, int pasid) {
    return there ? Integer.toString(pasid) : "none";
  }

  /** A negated errno in words, where it has a meaning of its own here. */
  static String errno(int errno) {
    return switch (errno) {
      case NOT_PERMITTED ->
          "errno 1: its registers do not permit it (bus master, PASID, ATS or page requests)";
      case NO_DEVICE -> "errno 19: it is not attached, or its link is down";
      default -> "errno " + -errno;
    };
  }

  // ---- JSON --------------------------------------------------------------------------------

  static Map<String, Object> json(HostDevice it) {
    var config = it.getConfig();
    return Json.object(
        "id", it.getId(),
        "kind", dashed("HOST_DEVICE_KIND_", config.getKind()),
        "sequenceNumber", it.getSequenceNumber(),
        "stateHash", Numbers.hex(it.getStateHash(), HASH_BYTES),
        "softHash", Numbers.hex(it.getSoftHash(), HASH_BYTES),
        "node", it.getNode(),
        "created", Times.text(it.getCreatedUnixNanos()),
        "incarnation", it.getIncarnation(),
        "attachment", json(it.getAttachment()),
        "pci", json(config.getPci()),
        "host", config.hasHost() ? json(config.getHost()) : null,
        "hostSiblings", config.getSiblings(),
        "registers", registers(it),
        "groups", it.getGroupsList().stream().map(GroupsCommand::json).toList(),
        "dmas", it.getDmasList().stream().map(DmaCommand::json).toList(),
        "withheld", it.getWithheldCount(),
        "bindings", it.getBindings(),
        "objects", it.getObjects(),
        "attachments", it.getAttachments(),
        "translations", it.getTranslations(),
        "requestsUnderWay", it.getRequestsUnderWay(),
        "owed", it.getOwed(),
        "peerSilent", it.getPeerSilent());
  }

  private static Map<String, Object> json(HostDeviceAttachment it) {
    boolean said = it.getOutcome() != AttachOutcome.ATTACH_OUTCOME_UNSPECIFIED;
    return Json.object(
        "state", dashed("ATTACH_STATE_", it.getState()),
        "iommu", it.getIommuId().isEmpty() ? null : it.getIommuId(),
        "sourceId", it.hasSourceId() ? SourceId.format(it.getSourceId()) : null,
        "epoch", it.getEpoch(),
        "linkUp", it.getLinkUp(),
        "outcome", said ? dashed("ATTACH_OUTCOME_", it.getOutcome()) : null,
        "wanted", it.getWanted() == 0 ? null : it.getWanted(),
        "offered", it.getWanted() == 0 ? null : it.getOffered());
  }

  private static Map<String, Object> json(PciCapabilities it) {
    return Json.object(
        "ats", it.getAts(),
        "pasidWidth", it.getPasidWidth(),
        "pasidExecute", it.getPasidExecute(),
        "pasidPrivileged", it.getPasidPrivileged(),
        "outstanding", it.getOutstanding(),
        "responsePasid", it.getResponsePasid());
  }

  private static Map<String, Object> json(HostInfo it) {
    return Json.object(
        "provider", dashed("HOST_PROVIDER_", it.getProvider()),
        "addressWidth", it.getAddressWidth(),
        "hardwareType", it.getHardwareType(),
        "cap", Numbers.hex(it.getCap()),
        "ecap", Numbers.hex(it.getEcap()),
        "pasidWidth", it.getPasidWidth(),
        "behindAlias", it.getBehindAlias());
  }

  /** Values by name, in the order of the registers. */
  static Map<String, Object> registers(HostDevice it) {
    var registers = new LinkedHashMap<String, Object>();
    it.getRegistersList()
        .forEach(
            register ->
                registers.put(
                    name(register.getRegister()),
                    Numbers.hex(Integer.toUnsignedLong(register.getValue()))));
    return registers;
  }

  // ---- text --------------------------------------------------------------------------------

  private static void text(Printer print, HostDevice it) {
    var config = it.getConfig();
    print.line("%-12s %s, %s", "id", it.getId(), dashed("HOST_DEVICE_KIND_", config.getKind()));
    print.line("%-12s %s", "attachment", text(it.getAttachment()));
    print.line("%-12s %s", "capabilities", text(config.getPci()));
    if (config.hasHost()) {
      print.line("%-12s %s", "host", text(config.getHost()));
    }
    print.line(
        "%-12s %d bindings, %d objects with %d attachments, %d translations",
        "holds", it.getBindings(), it.getObjects(), it.getAttachments(), it.getTranslations());
    print.line(
        "%-12s %d DMAs, %d page-request groups, %d completions withheld, %d messages to repeat%s",
        "under way",
        it.getDmasCount(),
        it.getGroupsCount(),
        it.getWithheldCount(),
        it.getOwed(),
        it.getPeerSilent() ? " (the IOMMU's entity is silent)" : "");
    print.line(
        "%-12s %d entries since %s, incarnation %d, at %s",
        "journal",
        it.getSequenceNumber(),
        Times.text(it.getCreatedUnixNanos()),
        it.getIncarnation(),
        it.getNode());
    print.line(
        "%-12s state %s, translations %s",
        "hashes",
        Numbers.hex(it.getStateHash(), HASH_BYTES),
        Numbers.hex(it.getSoftHash(), HASH_BYTES));
  }

  static String text(HostDeviceAttachment it) {
    var link = it.getLinkUp() ? "" : ", link down";
    if (it.getState() == AttachState.ATTACH_STATE_DETACHED) {
      boolean refused =
          it.getOutcome().getNumber() > AttachOutcome.ATTACH_OUTCOME_ACCEPTED.getNumber();
      var last = refused ? ", refused last: " + dashed("ATTACH_OUTCOME_", it.getOutcome()) : "";
      return "detached" + last + link;
    }
    boolean leaving = it.getState() == AttachState.ATTACH_STATE_DETACHING;
    return "%s %s as %s, epoch %d%s"
        .formatted(
            leaving ? "leaving" : dashed("ATTACH_STATE_", it.getState()) + " to",
            it.getIommuId(),
            SourceId.format(it.getSourceId()),
            it.getEpoch(),
            link);
  }

  private static String text(PciCapabilities it) {
    return "%s, %s, %s"
        .formatted(
            it.getAts() ? "ATS" : "no ATS",
            it.getPasidWidth() == 0 ? "no PASIDs" : it.getPasidWidth() + "-bit PASIDs",
            it.getOutstanding() == 0 ? "no page requests" : it.getOutstanding() + " page requests");
  }

  private static String text(HostInfo it) {
    return "%s, %d bits, hardware type %d, %d-bit PASIDs, CAP %s, ECAP %s%s"
        .formatted(
            dashed("HOST_PROVIDER_", it.getProvider()),
            it.getAddressWidth(),
            it.getHardwareType(),
            it.getPasidWidth(),
            Numbers.hex(it.getCap()),
            Numbers.hex(it.getEcap()),
            it.getBehindAlias() ? ", behind an alias" : "");
  }
}
