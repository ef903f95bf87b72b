package dev.iommufleet.actors;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;

/** Where the entities live. */
public final class IommuSharding {
  public static final EntityTypeKey<EntityCommand> KEY =
      EntityTypeKey.create(EntityCommand.class, "iommu");

  private IommuSharding() {}

  /** Starts the region of this node; messages to it reach the entity wherever it lives. */
  public static ActorRef<ShardingEnvelope<EntityCommand>> start(
      ActorSystem<?> system, EntityEnvironment environment) {
    return ClusterSharding.get(system)
        .init(
            Entity.of(
                    KEY,
                    context ->
                        IommuEntity.create(context.getEntityId(), context.getShard(), environment))
                .withStopMessage(new EntityCommand.Stop())
                .withAllocationStrategy(ShardPlacement.in(system)));
  }
}
