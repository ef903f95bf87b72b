package dev.iommufleet.node;

import dev.iommufleet.persistence.journal.FleetIndex;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import dev.iommufleet.protocol.cluster.v1.Wake;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the entities that have something to go on with after a restart, and only those. A few at a
 * time: each reads its journal.
 */
final class Owing {
  private static final Logger LOG = LoggerFactory.getLogger(Owing.class);
  private static final int PAGE = 32;

  private final Gateway gateway;
  private final FleetIndex index;

  Owing(Gateway gateway, FleetIndex index) {
    this.gateway = gateway;
    this.index = index;
  }

  void wake() {
    page("");
  }

  private void page(String after) {
    var owing = index.owing(after, PAGE);
    if (owing.isEmpty()) {
      return;
    }
    CompletionStage<?> all = null;
    for (var iommuId : owing) {
      var one = wake(iommuId);
      all = all == null ? one : all.thenCombine(one, (_, _) -> null);
    }
    all.thenRun(() -> page(owing.getLast()));
  }

  private CompletionStage<?> wake(String iommuId) {
    return gateway
        .ask(iommuId, EntityRequest.newBuilder().setWake(Wake.getDefaultInstance()).build())
        .handle(
            (_, failure) -> {
              if (failure != null) {
                LOG.warn("IOMMU {} owes something and does not start: {}", iommuId, failure);
              }
              return null;
            });
  }
}
