package dev.iommufleet.actors;

import dev.iommufleet.protocol.cluster.v1.LinkToDevice;
import dev.iommufleet.protocol.cluster.v1.LinkToIommu;

/**
 * Peers that are told only by a node that certainly runs who tells. What is not told now is told
 * again later, by whoever runs the entity then. [I9]
 */
public record OwnedPeers(Peers peers, Ownership ownership) implements Peers {

  @Override
  public void tellDevice(String deviceId, LinkToDevice message) {
    if (ownership.certain()) {
      peers.tellDevice(deviceId, message);
    }
  }

  @Override
  public void tellIommu(String iommuId, LinkToIommu message) {
    if (ownership.certain()) {
      peers.tellIommu(iommuId, message);
    }
  }
}
