package dev.iommufleet.hardware.vtd;

/**
 * What the unit latched from its registers when software said so. The register may have changed
 * since. The number is the value's name in journals and never changes.
 */
public enum Latch {
  /** Root-table base, bytes. */
  ROOT_TABLE(1),
  /** 1: the root table is a scalable-mode one. */
  SCALABLE_MODE(2),
  TRANSLATION_ENABLED(3),
  QUEUE_ENABLED(4),
  /** Base of the invalidation queue, bytes. */
  QUEUE_BASE(5),
  /** Number of descriptors that the queue holds. */
  QUEUE_ENTRIES(6),
  /** 1: descriptors are 256 bits wide. */
  QUEUE_WIDE(7),
  /** Index of the next descriptor to fetch. */
  QUEUE_HEAD(8),
  /** Index one behind the last descriptor that software submitted. */
  QUEUE_TAIL(9),
  /** Type of the last descriptor that completed; 0: none. */
  LAST_DESCRIPTOR_TYPE(10),
  REMAPPING_ENABLED(11),
  /** Base of the interrupt-remapping table, bytes. */
  REMAPPING_TABLE(12),
  /** Number of entries of the interrupt-remapping table. */
  REMAPPING_ENTRIES(13),
  /** 1: destinations are 32 bits (x2APIC). */
  REMAPPING_EXTENDED(14),
  /** Index of the fault record that the next fault uses. */
  NEXT_FAULT_RECORD(15),
  /** 1: a turn ended with queue work left over. 2: the next descriptor waits for a free ITag. */
  QUEUE_UNFINISHED(16),
  /** Commands whose status software sees when the devices have answered, see Commands. */
  COMPLETIONS_DUE(17);

  private final int number;

  Latch(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }
}
