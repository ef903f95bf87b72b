package dev.iommufleet.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.MemberStatus;
import akka.cluster.sharding.ShardRegion;
import akka.cluster.sharding.ShardRegion.ShardRegionStats;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import akka.pattern.Patterns;
import com.typesafe.config.ConfigFactory;
import dev.iommufleet.actors.ShardPlacement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A node that is about to leave")
class HandOverTest {
  private static final EntityTypeKey<String> KEY = EntityTypeKey.create(String.class, "word");
  private static final int ENTITIES = 60;
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private final ActorTestKit one = node();
  private final ActorTestKit two = node();

  private static ActorTestKit node() {
    return ActorTestKit.create(
        "hand-over",
        ConfigFactory.parseString(
                """
                akka.cluster.min-nr-of-members = 2
                akka.cluster.sharding.number-of-shards = 20
                akka.persistence.journal.auto-start-journals = []
                akka.persistence.snapshot-store.auto-start-snapshot-stores = []
                """)
            .withFallback(ConfigFactory.parseResources("node.conf"))
            .withFallback(ConfigFactory.load())
            .resolve());
  }

  @AfterEach
  void end() {
    two.shutdownTestKit();
    one.shutdownTestKit();
  }

  @Test
  @DisplayName("gives all its shards away while it runs, and to a member that stays")
  void givesThemAway() {
    start(one.system());
    start(two.system());
    join();
    var words = ClusterSharding.get(one.system());
    for (int i = 0; i < ENTITIES; i++) {
      words.entityRefFor(KEY, "w" + i).tell("begin");
    }
    eventually(
        () -> {
          assertEquals(20, shards(one.system()) + shards(two.system()));
          assertTrue(shards(one.system()) > 0 && shards(two.system()) > 0);
        });
    var handOver = new HandOver(two.system(), List.of(KEY));

    assertFalse(handOver.run(LONGEST, () -> false), "nobody counts on it");
    assertFalse(handOver.run(Duration.ZERO, () -> true), "no time");
    assertTrue(handOver.run(LONGEST, () -> true));

    assertEquals(0, shards(two.system()));
    assertTrue(handOver.run(Duration.ZERO, () -> false), "what has gone does not come back");
    for (int i = 0; i < ENTITIES; i++) {
      words.entityRefFor(KEY, "w" + i).tell("again");
    }
    eventually(() -> assertEquals(20, shards(one.system())));
    assertEquals(0, shards(two.system()));
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

  private void join() {
    for (var kit : Set.of(one, two)) {
      var target = Cluster.get(one.system()).selfMember().address();
      Cluster.get(kit.system()).manager().tell(Join.create(target));
    }
    eventually(
        () -> {
          assertEquals(2, members(one.system()));
          assertEquals(2, members(two.system()));
        });
  }

  private static long members(ActorSystem<?> system) {
    var members = Cluster.get(system).state().getMembers();
    return StreamSupport.stream(members.spliterator(), false)
        .filter(it -> it.status().equals(MemberStatus.up()))
        .count();
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

  private void eventually(Runnable assertion) {
    TestProbe<Object> probe = one.createTestProbe();
    probe.awaitAssert(
        LONGEST,
        () -> {
          assertion.run();
          return null;
        });
  }
}
