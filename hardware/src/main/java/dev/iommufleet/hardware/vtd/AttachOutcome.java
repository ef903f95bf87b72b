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
  TOO_MANY;

  /** In a sentence; {@code wanted} and {@code offered} as in {@link Reply.DeviceAttached}. */
  public String text(int wanted, int offered) {
    return switch (this) {
      case ACCEPTED -> "the device is accepted";
      case CACHING_MODE_OFF -> "a passed-through device needs an IOMMU with caching mode";
      case ALREADY_ATTACHED -> "a device with this source id is attached";
      case NO_CAPABILITY_QUERY -> "the host cannot be asked for its capabilities";
      case WIDTH_UNKNOWN -> "the host does not tell how wide its addresses are";
      case WIDTH_EXCEEDED ->
          "the guest's addresses have %d bits, the host's %d".formatted(wanted, offered);
      case NEEDS_IOMMUFD -> "first-stage tables can be bound through iommufd alone";
      case OTHER_HARDWARE ->
          "first-stage tables need an Intel VT-d host, hardware type %d; the host has type %d"
              .formatted(wanted, offered);
      case FIRST_STAGE_1GIB_MISSING ->
          "the guest is offered 1 GiB first-stage pages, and the host has none";
      case PASID_WIDTH_EXCEEDED ->
          "the guest's PASIDs have %d bits, the host's %d".formatted(wanted, offered);
      case BEHIND_ALIAS -> "the device is behind a bridge that replaces its requester id";
      case TOO_MANY -> "it would be device %d; an IOMMU takes %d".formatted(wanted, offered);
    };
  }
}
