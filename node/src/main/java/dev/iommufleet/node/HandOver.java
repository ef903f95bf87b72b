package dev.iommufleet.node;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.cluster.sharding.ShardRegion.CurrentShardRegionState;
import akka.cluster.sharding.typed.GetShardRegionState;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import dev.iommufleet.actors.Departures;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The shards of this node go to others, a few at a time, while it still runs those that have not
 * gone.
 */
final class HandOver {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final Duration ANSWER = Duration.ofSeconds(1);

  private final ActorSystem<?> system;
  private final Collection<EntityTypeKey<?>> kinds;
  private final ConcurrentHashMap.KeySetView<EntityTypeKey<?>, Boolean> gone =
      ConcurrentHashMap.newKeySet();

  HandOver(ActorSystem<?> system, Collection<EntityTypeKey<?>> kinds) {
    this.system = system;
    this.kinds = kinds;
  }

  /** Returns when all have gone, nobody is left to take them, or {@code most} is over. */
  void run(Duration most) {
    var departures = Departures.get(system);
    departures.announce();
    long deadline = System.nanoTime() + most.toNanos();
    while (!gone.containsAll(kinds)
        && departures.somebodyStays()
        && System.nanoTime() - deadline < 0) {
      kinds.forEach(this::look);
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  /** An answer may take its time when a shard ends in between; the next look does not wait. */
  private void look(EntityTypeKey<?> kind) {
    AskPattern.<akka.cluster.sharding.typed.ClusterShardingQuery, CurrentShardRegionState>ask(
            ClusterSharding.get(system).shardState(),
            replyTo -> new GetShardRegionState(kind, replyTo),
            ANSWER,
            system.scheduler())
        .thenAccept(
            state -> {
              if (state.shards().isEmpty()) {
                gone.add(kind);
              }
            });
  }
}
