package dev.iommufleet.node.metrics;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.sharding.ShardRegion.CurrentShardRegionState;
import akka.cluster.sharding.typed.GetShardRegionState;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import dev.iommufleet.actors.EntityKind;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import scala.jdk.javaapi.CollectionConverters;

/** Looks now and then which shards live on this node, and counts those that came and went. */
public final class ShardWatch extends AbstractBehavior<ShardWatch.Message> {
  private static final Duration EVERY = Duration.ofSeconds(2);

  /** What it is told. */
  public sealed interface Message {}

  private record Look() implements Message {}

  private record Seen(EntityKind kind, CurrentShardRegionState state) implements Message {}

  private final Map<EntityKind, EntityTypeKey<?>> keys;
  private final NodeMetrics metrics;
  private final Map<EntityKind, Set<String>> shards = new EnumMap<>(EntityKind.class);

  private ShardWatch(
      ActorContext<Message> context,
      TimerScheduler<Message> timers,
      Map<EntityKind, EntityTypeKey<?>> keys,
      NodeMetrics metrics) {
    super(context);
    this.keys = keys;
    this.metrics = metrics;
    timers.startTimerWithFixedDelay(new Look(), EVERY);
  }

  /** {@code keys}: the sharded kinds. */
  public static Behavior<Message> create(
      Map<EntityKind, EntityTypeKey<?>> keys, NodeMetrics metrics) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new ShardWatch(context, timers, keys, metrics)));
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::on).build();
  }

  private Behavior<Message> on(Message message) {
    switch (message) {
      case Look() -> keys.forEach(this::ask);
      case Seen(var kind, var state) when state != null -> seen(kind, state);
      case Seen _ -> {
        // No answer this time; the next look tells.
      }
    }
    return this;
  }

  private void ask(EntityKind kind, EntityTypeKey<?> key) {
    getContext()
        .ask(
            CurrentShardRegionState.class,
            ClusterSharding.get(getContext().getSystem()).shardState(),
            EVERY,
            replyTo -> new GetShardRegionState(key, replyTo),
            (state, _) -> new Seen(kind, state));
  }

  private void seen(EntityKind kind, CurrentShardRegionState state) {
    var now = new HashSet<String>();
    CollectionConverters.asJava(state.shards()).forEach(shard -> now.add(shard.shardId()));
    var before = shards.getOrDefault(kind, Set.of());
    int gained = (int) now.stream().filter(it -> !before.contains(it)).count();
    int lost = (int) before.stream().filter(it -> !now.contains(it)).count();
    shards.put(kind, now);
    metrics.shards(kind, gained, lost);
  }
}
