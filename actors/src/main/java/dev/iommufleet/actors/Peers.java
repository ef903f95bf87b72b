package dev.iommufleet.actors;

import dev.iommufleet.protocol.cluster.v1.LinkToDevice;
import dev.iommufleet.protocol.cluster.v1.LinkToIommu;

/** The way to other entities, wherever they live. What is told may be lost, or come twice. */
public interface Peers {

  void tellDevice(String deviceId, LinkToDevice message);

  void tellIommu(String iommuId, LinkToIommu message);
}
