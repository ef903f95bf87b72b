package dev.iommufleet.actors;

/** The kinds of entities of a fleet. */
public enum EntityKind {
  IOMMU,
  HOST_DEVICE
}
