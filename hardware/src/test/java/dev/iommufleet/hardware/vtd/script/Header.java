package dev.iommufleet.hardware.vtd.script;

import dev.iommufleet.hardware.vtd.Capabilities;
import dev.iommufleet.hardware.vtd.InvalidationPolicy;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Profile;
import dev.iommufleet.hardware.vtd.Quirk;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The configuration that a script's header asks for. */
final class Header {
  private Profile profile = Profile.ARCHITECTURE;
  private Capabilities capabilities = Capabilities.LEGACY;
  private InvalidationPolicy policy;
  private int iotlbEntries = IommuConfig.Limits.DEFAULT.iotlbEntries();
  private Set<Quirk> without = Set.of();

  private Header() {}

  static IommuConfig config(List<Script.Line> lines) {
    var header = new Header();
    lines.forEach(line -> header.read(line.text().strip().split(" +")));
    IommuConfig base = IommuConfig.of(header.profile, header.capabilities);
    Set<Quirk> quirks = new HashSet<>(base.quirks());
    quirks.removeAll(header.without);
    return new IommuConfig(
        header.profile,
        header.policy == null ? base.policy() : header.policy,
        header.capabilities,
        quirks,
        new IommuConfig.Limits(header.iotlbEntries, IommuConfig.Limits.DEFAULT.memoryPages()),
        base.options());
  }

  private void read(String[] words) {
    switch (words[0]) {
      case "profile" ->
          profile = words[1].equals("qemu-11.1") ? Profile.QEMU_11_1 : Profile.ARCHITECTURE;
      case "caps" -> capabilities = capabilities(List.of(words));
      case "policy" ->
          policy = InvalidationPolicy.valueOf(words[1].replace('-', '_').toUpperCase(Locale.ROOT));
      case "iotlb" -> iotlbEntries = Numbers.parseInt(words[1]);
      case "quirks" -> {
        without = EnumSet.noneOf(Quirk.class);
        for (int i = 1; i < words.length; i++) {
          without.add(Quirk.valueOf(words[i].substring(1)));
        }
      }
      default -> throw new IllegalArgumentException(words[0]);
    }
  }

  private static Capabilities capabilities(List<String> words) {
    return new Capabilities(
        words.contains("aw=39") ? 39 : 48,
        words.contains("caching"),
        words.contains("scalable") || words.contains("first-stage"),
        words.contains("first-stage"),
        words.contains("snoop"),
        words.contains("pasid") ? 20 : 0,
        words.contains("page-requests"),
        words.contains("stale-tm"),
        !words.contains("no-1gib"),
        words.contains("device-tlb"),
        true,
        true,
        words.contains("extended"));
  }
}
