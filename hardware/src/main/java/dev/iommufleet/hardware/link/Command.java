package dev.iommufleet.hardware.link;

/**
 * What an IOMMU tells a device. {@link Numbered} commands are executed exactly once and in their
 * order; the others may be repeated without harm.
 *
 * <p>PASIDs are 20 bits; PASID-table entry 0 serves requests without PASID (the RID). Addresses are
 * unsigned 64-bit. [PT-4] [PT-6]
 */
public sealed interface Command {

  /** Has an effect that a repetition would have again. */
  sealed interface Numbered extends Command {}

  /**
   * The guest's entry of this PASID is now {@code entry}: attach it, or replace what was attached.
   *
   * @param entry 64 bytes as 8 little-endian words
   * @param pasidObject the page-table object has to be usable with PASIDs
   * @param blockOnFailure when a replacement fails, what was attached is detached
   * @param pageRequests the guest takes page requests of this PASID
   */
  record Bind(
      int pasid, long[] entry, boolean pasidObject, boolean blockOnFailure, boolean pageRequests)
      implements Numbered {
    /** The guest takes no page requests. */
    public Bind(int pasid, long[] entry, boolean pasidObject, boolean blockOnFailure) {
      this(pasid, entry, pasidObject, blockOnFailure, false);
    }
  }

  /** {@code toDefault}: the default object takes the place; otherwise DMA is blocked. */
  record Unbind(int pasid, boolean toDefault) implements Numbered {}

  /** Software answered a page-request group; {@code code}: 4 bits. */
  record Respond(int pasid, int groupIndex, int code) implements Numbered {}

  /** What became of page request {@code number} of the device; 0 or a negated errno. */
  record PageRequestAnswered(long number, int errno) implements Numbered {}

  /** The device leaves in an orderly way. The last command of an attachment. */
  record Detach() implements Numbered {}

  /**
   * First-stage translations under this PASID are void.
   *
   * @param pages number of 4 KiB pages; {@link #ALL_PAGES} with address 0: all
   * @param leaf only leaf entries changed
   */
  record Flush(int pasid, long address, long pages, boolean leaf) implements Command {}

  /** Every page, as an unsigned number. */
  long ALL_PAGES = -1;

  /** Device-TLB invalidation; {@code size} in bytes, 0: everything; {@code itag} 0 to 31. */
  record InvalidateTlb(int itag, int pasid, boolean allPasids, long address, long size)
      implements Command {}

  /** Answer when every page request that was raised before is on its way. */
  record Drain() implements Command {}
}
