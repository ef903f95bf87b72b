package dev.iommufleet.cli.iommu;

import dev.iommufleet.cli.Printer;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.Numbers;
import dev.iommufleet.cli.text.RecordView;
import dev.iommufleet.cli.text.Times;
import dev.iommufleet.hardware.vtd.spec.SourceId;
import dev.iommufleet.protocol.api.v1.Capabilities;
import dev.iommufleet.protocol.api.v1.Iommu;
import dev.iommufleet.protocol.api.v1.IommuConfig;
import dev.iommufleet.protocol.api.v1.Options;
import dev.iommufleet.protocol.api.v1.Parked;
import dev.iommufleet.protocol.api.v1.Profile;
import dev.iommufleet.protocol.api.v1.QuirkSetting;
import dev.iommufleet.protocol.api.v1.Timeouts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** How an IOMMU is shown. */
final class IommuPrinter {
  private static final int HASH_BYTES = 8;

  private IommuPrinter() {}

  static void print(Printer print, Iommu iommu) {
    if (print.json()) {
      print.json(json(iommu));
    } else {
      text(print, iommu);
    }
  }

  /** {@code architecture}, {@code qemu-11.1}. */
  static String profile(Profile profile) {
    return switch (profile) {
      case PROFILE_ARCHITECTURE -> "architecture";
      case PROFILE_QEMU_11_1 -> "qemu-11.1";
      case PROFILE_UNSPECIFIED, UNRECOGNIZED -> "unknown";
    };
  }

  static String hash(long hash) {
    return Numbers.hex(hash, HASH_BYTES);
  }

  private static Map<String, Object> json(Iommu it) {
    var config = it.getConfig();
    return Json.object(
        "id", it.getId(),
        "profile", profile(config.getProfile()),
        "policy", policy(config),
        "journalLevel", journalLevel(config),
        "sequenceNumber", it.getSequenceNumber(),
        "stateHash", hash(it.getStateHash()),
        "softHash", hash(it.getSoftHash()),
        "pasidCacheEntries", it.getPasidCacheEntries(),
        "attachedDevices", it.getAttachedDevices(),
        "node", it.getNode(),
        "parked", it.hasParked() ? parked(it.getParked()) : null,
        "suspendedRequests", it.getSuspendedRequests(),
        "memoryPages", it.getMemoryPages(),
        "created", Times.text(it.getCreatedUnixNanos()),
        "incarnation", it.getIncarnation(),
        "capabilities", capabilities(config.getCapabilities()),
        "quirks", quirks(config, true),
        "limits",
            Json.object(
                "iotlbEntries", config.getLimits().getIotlbEntries(),
                "memoryPages", config.getLimits().getMemoryPages()),
        "timeouts", config.hasTimeouts() ? timeouts(config.getTimeouts()) : null,
        "options", config.hasOptions() ? options(config.getOptions()) : null,
        "believedRules", it.getBelievedRulesList());
  }

  private static Map<String, Object> parked(Parked parked) {
    return Json.object(
        "position", parked.getPosition(),
        "sourceIds", sources(parked),
        "since", Times.text(parked.getSinceUnixNanos()),
        "infrastructure", parked.getInfrastructure());
  }

  private static List<String> sources(Parked parked) {
    return parked.getSourceIdsList().stream().map(SourceId::format).toList();
  }

  private static String policy(IommuConfig config) {
    return RecordView.dashed(config.getPolicy().name().substring("INVALIDATION_POLICY_".length()));
  }

  private static String journalLevel(IommuConfig config) {
    return RecordView.dashed(config.getJournalLevel().name().substring("JOURNAL_LEVEL_".length()));
  }

  private static Map<String, Object> timeouts(Timeouts it) {
    return Json.object("deviceTlbMillis", it.getDeviceTlbMillis());
  }

  private static Map<String, Object> options(Options it) {
    return Json.object(
        "responseFencing", it.getResponseFencing(),
        "flushFailure",
            RecordView.dashed(it.getFlushFailure().name().substring("FLUSH_FAILURE_".length())));
  }

  private static List<String> quirks(IommuConfig config, boolean enabled) {
    return config.getQuirksList().stream()
        .filter(quirk -> quirk.getEnabled() == enabled)
        .map(QuirkSetting::getName)
        .toList();
  }

  private static Map<String, Object> capabilities(Capabilities it) {
    var all = new LinkedHashMap<String, Object>();
    it.getAllFields().forEach((field, value) -> all.put(field.getJsonName(), value));
    return all;
  }

  private static void text(Printer print, Iommu it) {
    var config = it.getConfig();
    print.line("%-14s %s", "id", it.getId());
    print.line(
        "%-14s %s, policy %s, journal level %s",
        "profile", profile(config.getProfile()), policy(config), journalLevel(config));
    print.line("%-14s %s", "offers", offers(config.getCapabilities()));
    print.line("%-14s %d on of %d", "quirks", quirks(config, true).size(), config.getQuirksCount());
    print.line(
        "%-14s %d translations, %d of %d pages of guest memory used",
        "limits",
        config.getLimits().getIotlbEntries(),
        it.getMemoryPages(),
        config.getLimits().getMemoryPages());
    if (config.hasTimeouts()) {
      print.line(
          "%-14s %d ms for device-TLB invalidations",
          "time-outs", config.getTimeouts().getDeviceTlbMillis());
    }
    print.line(
        "%-14s %d entries since %s, incarnation %d, at %s",
        "journal",
        it.getSequenceNumber(),
        Times.text(it.getCreatedUnixNanos()),
        it.getIncarnation(),
        it.getNode());
    print.line(
        "%-14s state %s, caches %s", "hashes", hash(it.getStateHash()), hash(it.getSoftHash()));
    print.line(
        "%-14s %d PASID-cache entries, %d devices attached, %d requests suspended",
        "holds", it.getPasidCacheEntries(), it.getAttachedDevices(), it.getSuspendedRequests());
    print.line("%-14s %s", "queue", it.hasParked() ? parkedText(it.getParked()) : "not parked");
  }

  static String parkedText(Parked parked) {
    return "parked%s at descriptor %d since %s, waiting for %s"
        .formatted(
            parked.getInfrastructure() ? " (infrastructure)" : "",
            parked.getPosition(),
            Times.text(parked.getSinceUnixNanos()),
            String.join(", ", sources(parked)));
  }

  private static String offers(Capabilities it) {
    return it.getAllFields().entrySet().stream()
        .filter(field -> !field.getValue().equals(false))
        .map(
            field ->
                field.getKey().getName().replace('_', '-')
                    + (field.getValue().equals(true) ? "" : "=" + field.getValue()))
        .collect(Collectors.joining(", "));
  }
}
