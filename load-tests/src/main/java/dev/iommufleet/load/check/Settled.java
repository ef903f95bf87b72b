package dev.iommufleet.load.check;

import dev.iommufleet.protocol.load.v1.EntityKind;
import dev.iommufleet.protocol.load.v1.FinalState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Of which IOMMUs everything was watched when their guests had nothing left to do. */
final class Settled {
  private final Map<String, Long> caughtUp = new HashMap<>();
  private final Set<String> settled = new HashSet<>();

  void caughtUp(String iommu, long entry) {
    caughtUp.merge(iommu, entry, Math::max);
  }

  void finalState(FinalState state) {
    boolean iommu = state.getEntityKind() == EntityKind.ENTITY_KIND_IOMMU;
    if (iommu
        && state.getSettled()
        && caughtUp.getOrDefault(state.getEntity(), -1L) >= state.getSequenceNumber()) {
      settled.add(state.getEntity());
    }
  }

  boolean is(String iommu) {
    return settled.contains(iommu);
  }
}
