package dev.iommufleet.cli.iommu;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.text.RecordView;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Quirk;
import dev.iommufleet.protocol.api.v1.Capabilities;
import dev.iommufleet.protocol.api.v1.FlushFailure;
import dev.iommufleet.protocol.api.v1.InvalidationPolicy;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.JournalLevel;
import dev.iommufleet.protocol.api.v1.Limits;
import dev.iommufleet.protocol.api.v1.Options;
import dev.iommufleet.protocol.api.v1.Profile;
import dev.iommufleet.protocol.api.v1.Timeouts;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** What an IOMMU is made of. What is not said is as the node has it. */
final class SpecOptions {
  private static final String PROFILES = "architecture, qemu-11.1";
  private static final int SCALABLE_PASID_BITS = 20;

  @ArgGroup private Preset preset;

  @ArgGroup(validate = false, heading = "%nCapabilities:%n")
  private CapabilityOptions capabilities = new CapabilityOptions();

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description = "What it is faithful to: " + PROFILES + ". Default: architecture.")
  private String profile;

  @Option(
      names = "--policy",
      paramLabel = "NAME",
      description =
          "What a context-cache invalidation does to PASID bindings: strict, emulator,"
              + " device-replay, global-replay. Default: the profile's own.")
  private String policy;

  @Option(
      names = "--journal-level",
      paramLabel = "LEVEL",
      description =
          "facts: caches start empty after a restart; full: they survive it. Default: facts.")
  private String journalLevel;

  @Option(
      names = "--quirk",
      paramLabel = "NAME",
      description = "Switches a quirk of docs/quirks.md on. Repeatable.")
  private List<String> quirks = List.of();

  @Option(
      names = "--no-quirk",
      paramLabel = "NAME",
      description = "Switches a quirk off. Repeatable.")
  private List<String> noQuirks = List.of();

  @Option(
      names = "--iotlb-entries",
      paramLabel = "N",
      description = "Translations held at once, 1 to 65536. Default: 1024.")
  private Integer iotlbEntries;

  @Option(
      names = "--memory-pages",
      paramLabel = "N",
      description = "4 KiB pages of guest memory that may hold data, 1 to 4194304. Default: 4096.")
  private Integer memoryPages;

  @Option(
      names = "--device-tlb-timeout-millis",
      paramLabel = "N",
      description =
          "A device-TLB invalidation that a device was told to withhold fails after so long, 100 to"
              + " 3600000. Default: the node's setting.")
  private Integer deviceTlbTimeoutMillis;

  @Option(
      names = "--response-fencing",
      description =
          "A page-group response that answers no request of the function that is there now is"
              + " dropped.")
  private boolean responseFencing;

  @Option(
      names = "--flush-failure",
      paramLabel = "NAME",
      description =
          "What software sees when the host behind a device refuses an invalidation: ite (no wait"
              + " completes), success. Default: ite, with qemu-11.1 success.")
  private String flushFailure;

  /** At most one of them; capabilities that are named as well go before. */
  static final class Preset {
    @Option(
        names = "--legacy",
        description = "Legacy mode, 48 bits, interrupt remapping (default).")
    boolean legacy;

    @Option(
        names = "--scalable-first-stage",
        description = "Scalable mode with first-stage tables and 20-bit PASIDs.")
    boolean scalableFirstStage;

    @Option(
        names = "--scalable-second-stage",
        description = "Scalable mode with second-stage tables and 20-bit PASIDs.")
    boolean scalableSecondStage;
  }

  IommuSpec spec() {
    var spec = IommuSpec.newBuilder();
    spec.setCapabilities(capabilities());
    spec.setLimits(limits());
    if (profile != null) {
      spec.setProfile(profile());
    }
    if (policy != null) {
      spec.setPolicy(
          constant("INVALIDATION_POLICY_", "--policy", policy, InvalidationPolicy.values()));
    }
    if (journalLevel != null) {
      spec.setJournalLevel(
          constant("JOURNAL_LEVEL_", "--journal-level", journalLevel, JournalLevel.values()));
    }
    if (deviceTlbTimeoutMillis != null) {
      spec.setTimeouts(Timeouts.newBuilder().setDeviceTlbMillis(deviceTlbTimeoutMillis));
    }
    if (responseFencing || flushFailure != null) {
      spec.setOptions(options());
    }
    quirks.forEach(name -> spec.putQuirkOverrides(quirk(name), true));
    for (var name : noQuirks) {
      if (spec.containsQuirkOverrides(quirk(name))) {
        throw CommandException.usage("quirk %s is switched on and off", name);
      }
      spec.putQuirkOverrides(quirk(name), false);
    }
    return spec.build();
  }

  private Capabilities capabilities() {
    var asked = Capabilities.newBuilder();
    if (preset != null && (preset.scalableFirstStage || preset.scalableSecondStage)) {
      asked
          .setScalableMode(true)
          .setFirstStage(preset.scalableFirstStage)
          .setPasidBits(SCALABLE_PASID_BITS);
    }
    capabilities.addTo(asked);
    return asked.build();
  }

  private Limits limits() {
    var limits = Limits.newBuilder();
    if (iotlbEntries != null) {
      limits.setIotlbEntries(
          count("--iotlb-entries", iotlbEntries, IommuConfig.Limits.MOST_IOTLB_ENTRIES));
    }
    if (memoryPages != null) {
      limits.setMemoryPages(
          count("--memory-pages", memoryPages, IommuConfig.Limits.MOST_MEMORY_PAGES));
    }
    return limits.build();
  }

  private Options options() {
    var options = Options.newBuilder();
    if (responseFencing) {
      options.setResponseFencing(true);
    }
    if (flushFailure != null) {
      options.setFlushFailure(
          constant("FLUSH_FAILURE_", "--flush-failure", flushFailure, FlushFailure.values()));
    }
    return options.build();
  }

  private static int count(String option, int given, int most) {
    if (given < 1 || given > most) {
      throw CommandException.usage("%s is %d; 1 to %,d go", option, given, most);
    }
    return given;
  }

  private Profile profile() {
    return switch (profile.toLowerCase(Locale.ROOT)) {
      case "architecture" -> Profile.PROFILE_ARCHITECTURE;
      case "qemu-11.1" -> Profile.PROFILE_QEMU_11_1;
      default ->
          throw CommandException.usage("--profile is '%s'; possible are %s", profile, PROFILES);
    };
  }

  private static <E extends Enum<E>> E constant(
      String prefix, String option, String text, E[] constants) {
    var wanted = prefix + text.toUpperCase(Locale.ROOT).replace('-', '_');
    return Arrays.stream(constants)
        .filter(it -> it.name().equals(wanted) && it.ordinal() > 0)
        .findFirst()
        .orElseThrow(
            () ->
                CommandException.usage(
                    "%s is '%s'; possible are %s",
                    option,
                    text,
                    Arrays.stream(constants)
                        .filter(it -> it.ordinal() > 0 && !it.name().equals("UNRECOGNIZED"))
                        .map(it -> RecordView.dashed(it.name().substring(prefix.length())))
                        .collect(Collectors.joining(", "))));
  }

  private static String quirk(String name) {
    var wanted = name.toUpperCase(Locale.ROOT).replace('-', '_');
    for (var quirk : Quirk.values()) {
      if (quirk.name().equals(wanted)) {
        return wanted;
      }
    }
    throw CommandException.usage(
        "there is no quirk '%s'; docs/quirks.md lists them: %s",
        name, Arrays.stream(Quirk.values()).map(Enum::name).collect(Collectors.joining(", ")));
  }
}
