package dev.iommufleet.actors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.ActorRef;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.javadsl.Adapter;
import akka.cluster.sharding.ShardCoordinator.AbstractShardAllocationStrategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import scala.collection.immutable.IndexedSeq;
import scala.concurrent.Await;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.DurationConverters;

@DisplayName("Shards have their places")
class ShardPlacementTest {
  private static final ActorTestKit KIT = ActorTestKit.create();

  private final ActorRef one = region();
  private final ActorRef two = region();
  private final ActorRef leaves = region();
  private final Set<ActorRef> departing = new HashSet<>();
  private final Balance balance = new Balance();
  private long nanos;
  private final ShardPlacement placement =
      new ShardPlacement(departing::contains, balance, () -> nanos);

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  /** Stands for Akka's strategy: who asks gets it, and always the same shard to move. */
  private static final class Balance extends AbstractShardAllocationStrategy {
    final List<Set<ActorRef>> asked = new ArrayList<>();
    int rebalanced;

    @Override
    public Future<ActorRef> allocateShard(
        ActorRef requester, String shard, Map<ActorRef, IndexedSeq<String>> current) {
      asked.add(Set.copyOf(current.keySet()));
      return Future.successful(requester);
    }

    @Override
    public Future<Set<String>> rebalance(
        Map<ActorRef, IndexedSeq<String>> current, Set<String> onTheWay) {
      rebalanced++;
      return Future.successful(Set.of("balance"));
    }
  }

  private static ActorRef region() {
    return Adapter.toClassic(KIT.createTestProbe().ref());
  }

  private static IndexedSeq<String> shards(int from, int to) {
    return CollectionConverters.asScala(
            IntStream.range(from, to).mapToObj(Integer::toString).toList())
        .toIndexedSeq();
  }

  private static <T> T now(Future<T> future) throws Exception {
    return Await.result(future, DurationConverters.toScala(Duration.ofSeconds(5)));
  }

  @Test
  @DisplayName("a member that leaves loses four at a time, and the next when one has arrived")
  void aFewAtATime() throws Exception {
    departing.add(leaves);
    var left = new HashSet<String>();
    var current = Map.of(one, shards(0, 10), leaves, shards(10, 20), two, shards(20, 30));

    var first = now(placement.rebalance(current, Set.of()));
    assertEquals(4, first.size());
    left.addAll(first);
    assertEquals(Set.of(), now(placement.rebalance(current, first)), "four are on the way");

    var three = new HashSet<>(first);
    three.remove(first.iterator().next());
    var next = now(placement.rebalance(current, three));
    assertEquals(1, next.size());
    left.addAll(next);
    assertTrue(left.stream().allMatch(it -> Integer.parseInt(it) / 10 == 1), left.toString());
    assertEquals(0, balance.rebalanced, "nothing else is moved meanwhile");
  }

  @Test
  @DisplayName("no shard goes to a member that leaves")
  void notToOneThatLeaves() throws Exception {
    departing.add(leaves);

    now(placement.allocateShard(two, "1", Map.of(one, shards(0, 1), leaves, shards(0, 0))));

    assertEquals(List.of(Set.of(one)), balance.asked);
  }

  @Test
  @DisplayName("when all leave nothing is moved, and who asks still gets a place")
  void allLeave() throws Exception {
    departing.addAll(Set.of(one, two));
    var current = Map.of(one, shards(0, 10), two, shards(10, 20));

    assertEquals(Set.of(), now(placement.rebalance(current, Set.of())));
    assertEquals(one, now(placement.allocateShard(one, "40", current)));
    assertEquals(List.of(Set.of(one, two)), balance.asked);
  }

  @Test
  @DisplayName("when nobody leaves they are balanced, every two seconds and not more often")
  void balanced() throws Exception {
    var current = Map.of(one, shards(0, 10), two, shards(10, 10));
    assertEquals(Set.of(), now(placement.rebalance(current, Set.of())));

    nanos += TimeUnit.SECONDS.toNanos(2);
    assertEquals(Set.of("balance"), now(placement.rebalance(current, Set.of())));
    assertEquals(Set.of(), now(placement.rebalance(current, Set.of())));
  }
}
