package dev.iommufleet.actors;

import akka.actor.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.ShardCoordinator.AbstractShardAllocationStrategy;
import akka.cluster.sharding.ShardCoordinator.ActorSystemDependentAllocationStrategy;
import akka.cluster.sharding.ShardCoordinator.ShardAllocationStrategy;
import akka.cluster.sharding.ShardCoordinator.ShardAllocationStrategy$;
import akka.dispatch.ExecutionContexts;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import scala.collection.immutable.IndexedSeq;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Where shards go: as Akka's strategy says, which gives each node as many; but a member that is
 * about to leave gets none, and loses those that it has a few at a time. All at once each entity
 * would wait until the last shard has a new home, because the coordinator agrees with the other
 * nodes about one shard after the other. Asked by the coordinator, often.
 */
public final class ShardPlacement extends AbstractShardAllocationStrategy {
  /** On the way from one node to another, of one kind of entities. */
  private static final int AT_ONCE = 4;

  /** A node that is new is slow: shards come to it slowly. */
  private static final long BALANCE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final double ALL = 1;

  private static final ExecutionContext HERE = ExecutionContexts.fromExecutor(Runnable::run);

  private final Predicate<ActorRef> departs;
  private final ShardAllocationStrategy balance;
  private final LongSupplier nanos;
  private long balancedNanos;

  /**
   * @param departs whether a region's member is about to leave
   * @param balance where shards of all others go
   * @param nanos a clock as {@link System#nanoTime}
   */
  ShardPlacement(Predicate<ActorRef> departs, ShardAllocationStrategy balance, LongSupplier nanos) {
    this.departs = departs;
    this.balance = balance;
    this.nanos = nanos;
    balancedNanos = nanos.getAsLong();
  }

  public static ShardPlacement in(ActorSystem<?> system) {
    var balance = ShardAllocationStrategy$.MODULE$.leastShardAllocationStrategy(AT_ONCE, ALL);
    if (balance instanceof ActorSystemDependentAllocationStrategy it) {
      it.start(system.classicSystem());
    }
    var departures = Departures.get(system);
    return new ShardPlacement(
        region -> departures.contains(region.path().address()), balance, System::nanoTime);
  }

  @Override
  public Future<ActorRef> allocateShard(
      ActorRef requester, String shard, Map<ActorRef, IndexedSeq<String>> current) {
    var staying = new HashMap<>(current);
    staying.keySet().removeIf(departs);
    return balance.allocateShard(requester, shard, scala(staying.isEmpty() ? current : staying));
  }

  @Override
  public Future<Set<String>> rebalance(
      Map<ActorRef, IndexedSeq<String>> current, Set<String> onTheWay) {
    var departing = current.keySet().stream().filter(departs).collect(Collectors.toSet());
    if (!departing.isEmpty()) {
      boolean nobodyStays = departing.size() == current.size();
      return Future.successful(nobodyStays ? Set.of() : next(departing, current, onTheWay));
    }
    long now = nanos.getAsLong();
    if (now - balancedNanos < BALANCE_NANOS) {
      return Future.successful(Set.of());
    }
    balancedNanos = now;
    return balance
        .rebalance(scala(current), CollectionConverters.asScala(onTheWay).toSet())
        .map(CollectionConverters::asJava, HERE);
  }

  private Set<String> next(
      Set<ActorRef> departing, Map<ActorRef, IndexedSeq<String>> current, Set<String> onTheWay) {
    return departing.stream()
        .flatMap(region -> CollectionConverters.asJava(current.get(region)).stream())
        .filter(shard -> !onTheWay.contains(shard))
        .limit(Math.max(0, AT_ONCE - onTheWay.size()))
        .collect(Collectors.toSet());
  }

  private static scala.collection.immutable.Map<ActorRef, IndexedSeq<String>> scala(
      Map<ActorRef, IndexedSeq<String>> map) {
    return scala.collection.immutable.Map.from(CollectionConverters.asScala(map));
  }
}
