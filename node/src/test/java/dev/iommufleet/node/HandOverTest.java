package dev.iommufleet.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.ShardRegion;
import akka.cluster.sharding.ShardRegion.ShardRegionStats;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.pattern.Patterns;
import dev.iommufleet.actors.ShardPlacement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A node that is about to leave")
class HandOverTest {
  private static final EntityTypeKey<String> KEY = EntityTypeKey.create(String.class, "word");
  private static final int ENTITIES = 60;

  @Test
  @DisplayName("gives all its shards away while it runs, and to a member that stays")
  void givesThemAway() {
    try (var members = new TwoMembers()) {
      start(members.one());
      start(members.two());
      members.join();
      var words = ClusterSharding.get(members.one());
      for (int i = 0; i < ENTITIES; i++) {
        words.entityRefFor(KEY, "w" + i).tell("begin");
      }
      members.eventually(
          () -> {
            assertEquals(20, shards(members.one()) + shards(members.two()));
            assertTrue(shards(members.one()) > 0 && shards(members.two()) > 0);
          });
      var handOver = new HandOver(members.two(), List.of(KEY));

      assertFalse(handOver.run(TwoMembers.LONGEST, () -> false), "nobody counts on it");
      assertFalse(handOver.run(Duration.ZERO, () -> true), "no time");
      assertTrue(handOver.run(TwoMembers.LONGEST, () -> true));

      assertEquals(0, shards(members.two()));
      assertTrue(handOver.run(Duration.ZERO, () -> false), "what has gone does not come back");
      for (int i = 0; i < ENTITIES; i++) {
        words.entityRefFor(KEY, "w" + i).tell("again");
      }
      members.eventually(() -> assertEquals(20, shards(members.one())));
      assertEquals(0, shards(members.two()));
    }
  }

  private static void start(ActorSystem<?> system) {
    Behavior<String> entity =
        Behaviors.receiveMessage(
            word -> "stop".equals(word) ? Behaviors.stopped() : Behaviors.same());
    akka.actor.typed.ActorRef<ShardingEnvelope<String>> region =
        ClusterSharding.get(system)
            .init(
                Entity.of(KEY, _ -> entity)
                    .withStopMessage("stop")
                    .withAllocationStrategy(ShardPlacement.in(system)));
    assertTrue(region.path().toString().contains("word"));
  }

  private static int shards(ActorSystem<?> system) {
    var region =
        akka.cluster.sharding.ClusterSharding.get(system.classicSystem()).shardRegion(KEY.name());
    var stats =
        Patterns.ask(region, ShardRegion.getRegionStatsInstance(), Duration.ofSeconds(5))
            .toCompletableFuture()
            .join();
    return ((ShardRegionStats) stats).getStats().size();
  }
}
