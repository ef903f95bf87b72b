package dev.iommufleet.node;

import dev.iommufleet.persistence.journal.FleetIndex;
import dev.iommufleet.protocol.cluster.v1.EntityReply;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import dev.iommufleet.protocol.cluster.v1.Wake;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the entities that have something to go on with after a restart or a move, and only those.
 * A few at a time: each reads its journal.
 */
final class Owing {
  private static final Logger LOG = LoggerFactory.getLogger(Owing.class);
  private static final int PAGE = 32;

  private final Gateway gateway;
  private final FleetIndex index;
  private final Executor blocking;
  private final AtomicBoolean running = new AtomicBoolean();

  /** {@code blocking}: where the index is read. */
  Owing(Gateway gateway, FleetIndex index, Executor blocking) {
    this.gateway = gateway;
    this.index = index;
    this.blocking = blocking;
  }

  /** One round; none while the last one goes on. */
  void wake() {
    if (!gateway.admission().closed() && running.compareAndSet(false, true)) {
      page("", index::owing, gateway::ask)
          .thenCompose(_ -> page("", index::owingDevices, gateway::askDevice))
          .whenComplete(
              (_, failure) -> {
                running.set(false);
                if (failure != null) {
                  LOG.warn("who owes something cannot be told now: {}", failure.getMessage());
                }
              });
    }
  }

  /** Ids behind one, ascending, at most so many. */
  @FunctionalInterface
  private interface Pages {
    List<String> behind(String after, int limit);
  }

  private CompletionStage<?> page(
      String after,
      Pages pages,
      BiFunction<String, EntityRequest, CompletionStage<EntityReply>> asking) {
    return CompletableFuture.supplyAsync(() -> pages.behind(after, PAGE), blocking)
        .thenCompose(
            owing -> {
              if (owing.isEmpty()) {
                return CompletableFuture.completedStage(null);
              }
              var all = owing.stream().map(id -> wake(id, asking)).toList();
              return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                  .thenCompose(_ -> page(owing.getLast(), pages, asking));
            });
  }

  private static CompletableFuture<?> wake(
      String id, BiFunction<String, EntityRequest, CompletionStage<EntityReply>> asking) {
    return asking
        .apply(id, EntityRequest.newBuilder().setWake(Wake.getDefaultInstance()).build())
        .handle(
            (_, failure) -> {
              if (failure != null) {
                LOG.warn("{} owes something and does not start: {}", id, failure.getMessage());
              }
              return null;
            })
        .toCompletableFuture();
  }
}
