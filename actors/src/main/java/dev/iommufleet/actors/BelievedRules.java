package dev.iommufleet.actors;

import static dev.iommufleet.hardware.vtd.Quirk.DRAIN_IS_NO_BARRIER;
import static dev.iommufleet.hardware.vtd.Quirk.NO_AUTOMATIC_PAGE_RESPONSE;
import static dev.iommufleet.hardware.vtd.Quirk.PASID_COPY_STALE;
import static dev.iommufleet.hardware.vtd.Quirk.PASID_RESERVED_UNCHECKED;
import static dev.iommufleet.hardware.vtd.Quirk.POSTED_FORMAT_IGNORED;
import static dev.iommufleet.hardware.vtd.Quirk.RESPONSE_IN_NARROW_QUEUE;

import dev.iommufleet.hardware.vtd.Capabilities;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Profile;
import dev.iommufleet.hardware.vtd.Quirk;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The rules of {@code docs/spec-map.md} with evidence class "believed", and which configurations
 * use them. Where a quirk takes a rule's place, what the IOMMU does was captured.
 */
public final class BelievedRules {
  private static final Map<String, Predicate<IommuConfig>> USED_BY =
      new TreeMap<>(
          Map.of(
              "STR-4.5", rule(Capabilities::scalableMode, PASID_RESERVED_UNCHECKED),
              "STR-8.5", rule(Capabilities::interruptRemapping, POSTED_FORMAT_IGNORED),
              "INV-3.3", rule(Capabilities::pageRequests, RESPONSE_IN_NARROW_QUEUE),
              "INV-7.1", rule(Capabilities::scalableMode, PASID_COPY_STALE),
              "PRI-5.3", BelievedRules::takesPageRequests,
              "PRI-9", rule(Capabilities::pageRequests, DRAIN_IS_NO_BARRIER),
              "PRI-10.1", rule(Capabilities::pageRequests, NO_AUTOMATIC_PAGE_RESPONSE)));

  private BelievedRules() {}

  private static Predicate<IommuConfig> rule(Predicate<Capabilities> offered, Quirk instead) {
    return config -> offered.test(config.capabilities()) && !config.has(instead);
  }

  /** A rule of the devices, which no capture of the reference shows. */
  private static boolean takesPageRequests(IommuConfig config) {
    return config.capabilities().pageRequests() && config.profile() == Profile.ARCHITECTURE;
  }

  /** Fact ids. */
  public static Set<String> all() {
    return Set.copyOf(USED_BY.keySet());
  }

  /** Fact ids of those that an IOMMU of this configuration uses, ascending. */
  public static List<String> of(IommuConfig config) {
    return USED_BY.entrySet().stream()
        .filter(rule -> rule.getValue().test(config))
        .map(Map.Entry::getKey)
        .toList();
  }
}
