package dev.iommufleet.persistence.mapping;

import static dev.iommufleet.persistence.mapping.MalformedException.Code.UNKNOWN_QUIRK;

import dev.iommufleet.hardware.vtd.Capabilities;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Profile;
import dev.iommufleet.hardware.vtd.Quirk;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.JournalLevel;
import dev.iommufleet.protocol.api.v1.Limits;
import dev.iommufleet.protocol.api.v1.Options;
import dev.iommufleet.protocol.api.v1.QuirkSetting;
import dev.iommufleet.protocol.api.v1.Timeouts;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** {@link IommuConfig} to and from its message, and out of what a client asks for. */
public final class Configs {
  private static final int SHORTEST_MILLIS = 100;

  /** By name, ascending. */
  private static final Map<String, Quirk> QUIRKS = quirks();

  private static final int LONGEST_MILLIS = 3_600_000;

  private Configs() {}

  private static Map<String, Quirk> quirks() {
    var quirks = new TreeMap<String, Quirk>();
    for (var quirk : Quirk.values()) {
      quirks.put(quirk.name(), quirk);
    }
    return quirks;
  }

  /** Everything resolved: each quirk of this version by name, on or off. */
  public static dev.iommufleet.protocol.api.v1.IommuConfig write(
      IommuConfig config, JournalLevel level) {
    var message =
        dev.iommufleet.protocol.api.v1.IommuConfig.newBuilder()
            .setProfile(ConfigValues.write(config.profile()))
            .setPolicy(ConfigValues.write(config.policy()))
            .setCapabilities(write(config.capabilities()))
            .setLimits(
                Limits.newBuilder()
                    .setIotlbEntries(config.limits().iotlbEntries())
                    .setMemoryPages(config.limits().memoryPages()))
            .setJournalLevel(level)
            .setOptions(
                Options.newBuilder()
                    .setResponseFencing(config.options().responseFencing())
                    .setFlushFailure(ConfigValues.write(config.options().flushFailure())));
    for (var quirk : QUIRKS.values()) {
      message.addQuirks(
          QuirkSetting.newBuilder().setName(quirk.name()).setEnabled(config.has(quirk)));
    }
    return message.build();
  }

  /**
   * What a resolved configuration says. A quirk that it does not name did not exist when it was
   * written, and is off; options that it does not name are the profile's own.
   *
   * @throws MalformedException a quirk that is on has a name that this version does not know
   */
  public static IommuConfig read(dev.iommufleet.protocol.api.v1.IommuConfig message) {
    var settings = new TreeMap<String, Boolean>();
    for (var setting : message.getQuirksList()) {
      settings.put(setting.getName(), setting.getEnabled());
    }
    // A quirk that was off and has been retired since changes nothing.
    settings.keySet().removeIf(name -> !settings.get(name) && quirk(name) == null);
    var profile = ConfigValues.read(message.getProfile());
    return new IommuConfig(
        profile,
        ConfigValues.read(message.getPolicy()),
        capabilities(message.getCapabilities()),
        apply(Set.of(), settings),
        limits(message.getLimits()),
        options(profile, message.getOptions()));
  }

  /**
   * What a client asks for, with the profile's defaults. Constraints are not checked here.
   *
   * @throws MalformedException a quirk's name or an enumeration's value is unknown
   */
  public static IommuConfig resolve(IommuSpec spec) {
    var profile =
        spec.getProfileValue() == 0 ? Profile.ARCHITECTURE : ConfigValues.read(spec.getProfile());
    var defaults = IommuConfig.of(profile, capabilities(spec.getCapabilities()));
    return new IommuConfig(
        profile,
        spec.getPolicyValue() == 0 ? defaults.policy() : ConfigValues.read(spec.getPolicy()),
        defaults.capabilities(),
        apply(defaults.quirks(), new TreeMap<>(spec.getQuirkOverridesMap())),
        limits(spec.getLimits()),
        options(profile, spec.getOptions()));
  }

  /**
   * Whether a journaled configuration is what a client asks for now. Where it was written before a
   * quirk, the options or the time-outs existed, it cannot differ in them.
   */
  public static boolean agree(
      dev.iommufleet.protocol.api.v1.IommuConfig journaled,
      dev.iommufleet.protocol.api.v1.IommuConfig asked) {
    var known = new TreeSet<String>();
    journaled.getQuirksList().forEach(quirk -> known.add(quirk.getName()));
    var older = asked.toBuilder().clearQuirks();
    asked.getQuirksList().stream()
        .filter(quirk -> known.contains(quirk.getName()))
        .forEach(older::addQuirks);
    if (!journaled.hasOptions()) {
      older.clearOptions();
    }
    if (!journaled.hasTimeouts()) {
      older.clearTimeouts();
    }
    return older.build().equals(journaled);
  }

  /** The journal level that a client asks for; {@code whenSilent} where it says nothing. */
  public static JournalLevel level(IommuSpec spec, JournalLevel whenSilent) {
    return switch (spec.getJournalLevel()) {
      case JOURNAL_LEVEL_UNSPECIFIED -> whenSilent;
      case JOURNAL_LEVEL_FACTS -> JournalLevel.JOURNAL_LEVEL_FACTS;
      case JOURNAL_LEVEL_FULL -> JournalLevel.JOURNAL_LEVEL_FULL;
      case UNRECOGNIZED -> throw Fields.unknownValue("journal level");
    };
  }

  /**
   * The time-outs that a client asks for; {@code whenSilent} has every field.
   *
   * @throws MalformedException one is shorter or longer than possible
   */
  public static Timeouts timeouts(IommuSpec spec, Timeouts whenSilent) {
    var asked = whenSilent.toBuilder().mergeFrom(spec.getTimeouts()).build();
    int millis = asked.getDeviceTlbMillis();
    if (millis < SHORTEST_MILLIS || millis > LONGEST_MILLIS) {
      throw new MalformedException(
          MalformedException.Code.OUT_OF_RANGE,
          "device_tlb_millis is %d; %d to %d are possible"
              .formatted(Integer.toUnsignedLong(millis), SHORTEST_MILLIS, LONGEST_MILLIS));
    }
    return asked;
  }

  private static Set<Quirk> apply(Collection<Quirk> start, Map<String, Boolean> settings) {
    var quirks = EnumSet.noneOf(Quirk.class);
    quirks.addAll(start);
    settings.forEach(
        (name, enabled) -> {
          var quirk = quirk(name);
          if (quirk == null) {
            throw new MalformedException(
                UNKNOWN_QUIRK,
                "a quirk '"
                    + name.substring(0, Math.min(name.length(), 64))
                    + "' does not exist in this version; docs/quirks.md lists those that do");
          }
          if (enabled) {
            quirks.add(quirk);
          } else {
            quirks.remove(quirk);
          }
        });
    return quirks;
  }

  private static Quirk quirk(String name) {
    return QUIRKS.get(name);
  }

  private static IommuConfig.Limits limits(Limits message) {
    var defaults = IommuConfig.Limits.DEFAULT;
    return new IommuConfig.Limits(
        message.hasIotlbEntries()
            ? Fields.count("iotlb_entries", message.getIotlbEntries())
            : defaults.iotlbEntries(),
        message.hasMemoryPages()
            ? Fields.count("memory_pages", message.getMemoryPages())
            : defaults.memoryPages());
  }

  private static IommuConfig.Options options(Profile profile, Options message) {
    var defaults = IommuConfig.Options.of(profile);
    return new IommuConfig.Options(
        message.hasResponseFencing() ? message.getResponseFencing() : defaults.responseFencing(),
        message.getFlushFailureValue() == 0
            ? defaults.flushFailure()
            : ConfigValues.read(message.getFlushFailure()));
  }

  private static dev.iommufleet.protocol.api.v1.Capabilities write(Capabilities capabilities) {
    return dev.iommufleet.protocol.api.v1.Capabilities.newBuilder()
        .setAddressWidth(capabilities.addressWidth())
        .setCachingMode(capabilities.cachingMode())
        .setScalableMode(capabilities.scalableMode())
        .setFirstStage(capabilities.firstStage())
        .setSnoopControl(capabilities.snoopControl())
        .setPasidBits(capabilities.pasidBits())
        .setPageRequests(capabilities.pageRequests())
        .setStaleTransientMapping(capabilities.staleTransientMapping())
        .setFirstStage1Gib(capabilities.firstStage1GiB())
        .setDeviceTlb(capabilities.deviceTlb())
        .setDmaTranslation(capabilities.dmaTranslation())
        .setInterruptRemapping(capabilities.interruptRemapping())
        .setExtendedInterrupts(capabilities.extendedInterrupts())
        .build();
  }

  private static Capabilities capabilities(dev.iommufleet.protocol.api.v1.Capabilities message) {
    var full = write(Capabilities.LEGACY).toBuilder().mergeFrom(message);
    return new Capabilities(
        Fields.count("address_width", full.getAddressWidth()),
        full.getCachingMode(),
        full.getScalableMode(),
        full.getFirstStage(),
        full.getSnoopControl(),
        Fields.count("pasid_bits", full.getPasidBits()),
        full.getPageRequests(),
        full.getStaleTransientMapping(),
        full.getFirstStage1Gib(),
        full.getDeviceTlb(),
        full.getDmaTranslation(),
        full.getInterruptRemapping(),
        full.getExtendedInterrupts());
  }
}
