package dev.iommufleet.hardware.vtd;

import java.util.EnumSet;
import java.util.Set;

/**
 * Everything that is fixed when an IOMMU is created.
 *
 * @param quirks resolved by name; what a profile brings unless the creator said otherwise
 */
public record IommuConfig(
    Profile profile,
    InvalidationPolicy policy,
    Capabilities capabilities,
    Set<Quirk> quirks,
    Limits limits) {

  public IommuConfig {
    quirks = Set.copyOf(quirks);
  }

  /**
   * @param iotlbEntries translations held at once, 1 to 65,536
   * @param memoryPages 4 KiB pages of guest memory that may hold data, 1 to 4,194,304
   */
  public record Limits(int iotlbEntries, int memoryPages) {
    public static final Limits DEFAULT = new Limits(1_024, 4_096);
  }

  /** A configuration with its profile's own quirks and policy. */
  public static IommuConfig of(Profile profile, Capabilities capabilities) {
    return switch (profile) {
      case ARCHITECTURE ->
          new IommuConfig(
              profile, InvalidationPolicy.STRICT, capabilities, Set.of(), Limits.DEFAULT);
      case QEMU_11_1 ->
          new IommuConfig(
              profile,
              InvalidationPolicy.EMULATOR,
              capabilities,
              EnumSet.allOf(Quirk.class),
              Limits.DEFAULT);
    };
  }

  public boolean has(Quirk quirk) {
    return quirks.contains(quirk);
  }
}
