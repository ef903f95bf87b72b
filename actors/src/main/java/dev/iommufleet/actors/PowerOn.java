package dev.iommufleet.actors;

import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.persistence.mapping.Configs;
import dev.iommufleet.protocol.api.v1.IommuConfig;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An IOMMU as it is switched on. The IOMMUs of a fleet have few configurations; those of one
 * configuration share what never changes and are copied from the first instead of being made.
 */
final class PowerOn {
  /** Further ones are made each time. */
  private static final int KEPT = 256;

  private static final Map<IommuConfig, PowerOn> KNOWN = new ConcurrentHashMap<>();

  final IommuConfig config;
  final long stateHash;

  /** Nothing is ever executed on it. */
  private final Iommu pattern;

  private PowerOn(IommuConfig config) {
    this.config = config;
    this.pattern = new Iommu(Configs.read(config));
    this.stateHash = pattern.stateHash();
  }

  static PowerOn of(IommuConfig config) {
    var known = KNOWN.get(config);
    if (known != null) {
      return known;
    }
    var made = new PowerOn(config);
    if (KNOWN.size() >= KEPT) {
      return made;
    }
    var first = KNOWN.putIfAbsent(config, made);
    return first == null ? made : first;
  }

  Iommu iommu() {
    return pattern.fork();
  }
}
