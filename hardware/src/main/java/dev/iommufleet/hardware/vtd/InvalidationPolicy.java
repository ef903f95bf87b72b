package dev.iommufleet.hardware.vtd;

/** What a context-cache invalidation does to PASID bindings. */
public enum InvalidationPolicy {
  /** Nothing: the guest owes the PASID-cache invalidation. */
  STRICT,
  /** Global and domain: all devices. Device-selective: emulated address spaces only. */
  EMULATOR,
  /** Global and domain: all devices. Device-selective: exactly the selected functions. */
  DEVICE_REPLAY,
  /** Every context-cache invalidation replays all devices. */
  GLOBAL_REPLAY
}
