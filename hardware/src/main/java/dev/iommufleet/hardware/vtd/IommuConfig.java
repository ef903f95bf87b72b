package dev.iommufleet.hardware.vtd;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
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
    Limits limits,
    Options options) {

  public IommuConfig {
    quirks = Set.copyOf(quirks);
  }

  /**
   * Choices that neither VT-d nor the reference makes.
   *
   * @param responseFencing a page-group response that answers no request of the function that is
   *     there now is dropped
   * @param flushFailure what follows when the host refuses an invalidation
   */
  public record Options(boolean responseFencing, FlushFailure flushFailure) {
    public static Options of(Profile profile) {
      return switch (profile) {
        case ARCHITECTURE -> new Options(false, FlushFailure.ITE);
        case QEMU_11_1 -> new Options(false, FlushFailure.SUCCESS);
      };
    }
  }

  /** What software sees of an invalidation that the host behind a device refused. */
  public enum FlushFailure {
    /** As a time-out of a device-TLB invalidation: no wait completes. */
    ITE,
    /** Nothing. */
    SUCCESS
  }

  boolean responseFencing() {
    return options.responseFencing();
  }

  FlushFailure flushFailure() {
    return options.flushFailure();
  }

  /**
   * @param iotlbEntries translations held at once, 1 to 65,536
   * @param memoryPages 4 KiB pages of guest memory that may hold data, 1 to 4,194,304
   */
  public record Limits(int iotlbEntries, int memoryPages) {
    public static final Limits DEFAULT = new Limits(1_024, 4_096);

    /** Most translations that a unit may hold at once. */
    public static final int MOST_IOTLB_ENTRIES = 65_536;

    /** Most 4 KiB pages of guest memory, 16 GiB. */
    public static final int MOST_MEMORY_PAGES = 4_194_304;
  }

  /** Every constraint that this configuration breaks; empty: it can be built. [REG-5.1] */
  public List<Refusal> conflicts() {
    var found = new ArrayList<>(capabilities.conflicts());
    if (profile == Profile.QEMU_11_1 && policy != InvalidationPolicy.EMULATOR) {
      found.add(conflict("profile qemu-11.1 has policy emulator only, not " + policy));
    }
    between(found, "iotlbEntries", limits.iotlbEntries, Limits.MOST_IOTLB_ENTRIES);
    between(found, "memoryPages", limits.memoryPages, Limits.MOST_MEMORY_PAGES);
    return List.copyOf(found);
  }

  private static void between(List<Refusal> found, String name, int value, int most) {
    if (value < 1 || value > most) {
      found.add(conflict("%s is %d; 1 to %d are possible".formatted(name, value, most)));
    }
  }

  private static Refusal conflict(String message) {
    return new Refusal(Refusal.Code.CONFIG_CONFLICT, message);
  }

  /** A configuration with its profile's own quirks and policy. */
  public static IommuConfig of(Profile profile, Capabilities capabilities) {
    return switch (profile) {
      case ARCHITECTURE ->
          new IommuConfig(
              profile,
              InvalidationPolicy.STRICT,
              capabilities,
              Set.of(),
              Limits.DEFAULT,
              Options.of(profile));
      case QEMU_11_1 ->
          new IommuConfig(
              profile,
              InvalidationPolicy.EMULATOR,
              capabilities,
              EnumSet.allOf(Quirk.class),
              Limits.DEFAULT,
              Options.of(profile));
    };
  }

  public boolean has(Quirk quirk) {
    return quirks.contains(quirk);
  }
}
