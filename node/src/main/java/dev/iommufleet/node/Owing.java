package dev.iommufleet.node;

import dev.iommufleet.persistence.journal.FleetIndex;
import dev.iommufleet.protocol.cluster.v1.EntityReply;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import dev.iommufleet.protocol.cluster.v1.Wake;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
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
    page("", index::owing, gateway::ask);
    page("", index::owingDevices, gateway::askDevice);
  }

  /** Ids behind one, ascending, at most so many. */
  @FunctionalInterface
  private interface Pages {
    List<String> behind(String after, int limit);
  }

  private static void page(
      String after,
      Pages pages,
      BiFunction<String, EntityRequest, CompletionStage<EntityReply>> asking) {
    var owing = pages.behind(after, PAGE);
    if (owing.isEmpty()) {
      return;
    }
    CompletionStage<?> all = null;
    for (var id : owing) {
      var one = wake(id, asking);
      all = all == null ? one : all.thenCombine(one, (_, _) -> null);
    }
    all.thenRun(() -> page(owing.getLast(), pages, asking));
  }

  private static CompletionStage<?> wake(
      String id, BiFunction<String, EntityRequest, CompletionStage<EntityReply>> asking) {
    return asking
        .apply(id, EntityRequest.newBuilder().setWake(Wake.getDefaultInstance()).build())
        .handle(
            (_, failure) -> {
              if (failure != null) {
                LOG.warn("{} owes something and does not start: {}", id, failure);
              }
              return null;
            });
  }
}
