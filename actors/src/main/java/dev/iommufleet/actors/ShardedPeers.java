package dev.iommufleet.actors;

import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import dev.iommufleet.protocol.cluster.v1.LinkToDevice;
import dev.iommufleet.protocol.cluster.v1.LinkToIommu;

/** Peers by way of sharding. Both regions have to be started before anything is told. */
public final class ShardedPeers implements Peers {
  private final ClusterSharding sharding;

  public ShardedPeers(ActorSystem<?> system) {
    sharding = ClusterSharding.get(system);
  }

  @Override
  public void tellDevice(String deviceId, LinkToDevice message) {
    sharding
        .entityRefFor(HostDeviceSharding.KEY, deviceId)
        .tell(new EntityCommand.ToDevice(message));
  }

  @Override
  public void tellIommu(String iommuId, LinkToIommu message) {
    sharding.entityRefFor(IommuSharding.KEY, iommuId).tell(new EntityCommand.ToIommu(message));
  }
}
