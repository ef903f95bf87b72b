package dev.iommufleet.hardware.vtd;

/**
 * What a page-selective invalidation covers in one address space. [INV-7]
 *
 * @param who domain id, stage and, in the first stage, PASID
 * @param gfn the invalidated frame, 4 KiB units; its low bits need not be zero
 * @param addressMask log2 of the frame count; from 52 on everything is covered
 */
record IotlbRange(Space space, long who, long gfn, int addressMask) {
  /** Each block is one look-up; beyond this many, the address space's own list is walked. */
  private static final int MAX_BLOCKS_LOG2 = 9;

  /** How entries of an address space are grouped. */
  record Space(IotlbGroup all, IotlbGroup block, IotlbGroup frame) {
    static final Space FIRST_STAGE =
        new Space(IotlbGroup.DOMAIN_PASID, IotlbGroup.BLOCK_1, IotlbGroup.FRAME_1);
    static final Space SECOND_STAGE =
        new Space(IotlbGroup.DOMAIN, IotlbGroup.BLOCK_2, IotlbGroup.FRAME_2);
  }

  static IotlbRange firstStage(int domainId, int pasid, long address, int addressMask) {
    long who = IotlbSlots.who(domainId, pasid, 1);
    return new IotlbRange(Space.FIRST_STAGE, who, address >>> 12, Math.min(addressMask, 52));
  }

  static IotlbRange secondStage(int domainId, long address, int addressMask) {
    long who = IotlbSlots.who(domainId, 0, 2);
    return new IotlbRange(Space.SECOND_STAGE, who, address >>> 12, Math.min(addressMask, 52));
  }

  private long mask() {
    return -1L << addressMask;
  }

  /** The first covered frame. */
  long base() {
    return gfn & mask();
  }

  /** Whether an entry of the address space's lists lies in the range. */
  boolean covers(IotlbSlots slots, int slot) {
    return space.frame.same(slots.who(slot), 0, who, 0) && (slots.gfn(slot) & mask()) == base();
  }

  /** Whether whole blocks of 512 frames are covered. */
  boolean inBlocks() {
    return addressMask >= 9;
  }

  /** How many frames, or blocks where whole blocks are covered. */
  int probes() {
    return inBlocks() ? 1 << Math.min(addressMask - 9, MAX_BLOCKS_LOG2) : 1 << addressMask;
  }

  /** Whether looking every frame or block up would take too long whatever the list's length. */
  boolean tooManyProbes() {
    return addressMask > 9 + MAX_BLOCKS_LOG2;
  }
}
