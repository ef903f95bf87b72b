package dev.iommufleet.node;

import akka.actor.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.ClusterSharding;
import akka.cluster.sharding.ShardRegion;
import akka.cluster.sharding.ShardRegion.ShardRegionStats;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.pattern.Patterns;
import dev.iommufleet.actors.Departures;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shards of this node go to others, a few at a time, while it still runs those that have not
 * gone. None comes back.
 */
final class HandOver {
  private static final Logger LOG = LoggerFactory.getLogger(HandOver.class);

  /** A busy node is suspected, or uncertain, for a moment. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final Duration ANSWER = Duration.ofSeconds(1);

  private final ActorSystem<?> system;
  private final Collection<EntityTypeKey<?>> kinds;
  private final Set<EntityTypeKey<?>> gone = ConcurrentHashMap.newKeySet();

  HandOver(ActorSystem<?> system, Collection<EntityTypeKey<?>> kinds) {
    this.system = system;
    this.kinds = kinds;
  }

  /**
   * Returns when all have gone, when there is no use in waiting, or when {@code most} is over.
   *
   * @param counted others count on this node, and it may give away what it has; when it is not so
   *     at the beginning nothing is waited for
   * @return whether all have gone
   */
  boolean run(Duration most, BooleanSupplier counted) {
    if (!counted.getAsBoolean()) {
      return gone.containsAll(kinds);
    }
    var departures = Departures.get(system);
    departures.announce();
    long deadline = System.nanoTime() + most.toNanos();
    long hopeful = System.nanoTime();
    while (!gone.containsAll(kinds) && departures.somebodyStays()) {
      long now = System.nanoTime();
      if (counted.getAsBoolean() && departures.allReachable()) {
        hopeful = now;
      }
      if (now - deadline >= 0 || now - hopeful > PATIENCE_NANOS) {
        LOG.warn("not all shards have gone to others one by one: the rest goes at once");
        break;
      }
      kinds.forEach(this::look);
      LockSupport.parkNanos(LOOK_NANOS);
    }
    return gone.containsAll(kinds);
  }

  /** The regions have ended: nobody is there to be asked. */
  void ended() {
    gone.addAll(kinds);
  }

  /** An answer may take its time when a shard ends in between; the next look does not wait. */
  private void look(EntityTypeKey<?> kind) {
    ActorRef region = ClusterSharding.get(system.classicSystem()).shardRegion(kind.name());
    Patterns.ask(region, ShardRegion.getRegionStatsInstance(), ANSWER)
        .thenAccept(
            answer -> {
              if (answer instanceof ShardRegionStats it
                  && it.getStats().isEmpty()
                  && it.getFailed().isEmpty()) {
                gone.add(kind);
              }
            });
  }
}
