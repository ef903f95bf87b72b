package dev.iommufleet.hardware.vtd;

/** Whether a device may be attached; each reason has its own check, in this order. [PT-2] */
public enum AttachOutcome {
  ACCEPTED,
  /** A passthrough device needs caching mode: the unit has to see what becomes present. */
  CACHING_MODE_OFF,
  /** A device with this source id is attached. */
  ALREADY_ATTACHED,
  /** The provider cannot be asked for capabilities. */
  NO_CAPABILITY_QUERY,
  /** The provider does not tell the host's address width. */
  WIDTH_UNKNOWN,
  /** The guest's addresses are wider than the host's. */
  WIDTH_EXCEEDED,
  /** First-stage tables can be bound only through iommufd. */
  NEEDS_IOMMUFD,
  /** The host's IOMMU is no Intel VT-d. */
  OTHER_HARDWARE,
  /** The guest is offered 1 GiB first-stage pages, the host has none. */
  FIRST_STAGE_1GIB_MISSING,
  /** The guest's PASIDs are wider than the host's. */
  PASID_WIDTH_EXCEEDED,
  /** Behind a bridge that replaces the requester id. */
  BEHIND_ALIAS,
  /** As many devices are attached as an IOMMU takes. */
  TOO_MANY
}
