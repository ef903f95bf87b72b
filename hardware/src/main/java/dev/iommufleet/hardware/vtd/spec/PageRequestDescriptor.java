package dev.iommufleet.hardware.vtd.spec;

import static dev.iommufleet.hardware.vtd.spec.Bits.aligned;
import static dev.iommufleet.hardware.vtd.spec.Bits.bit;
import static dev.iommufleet.hardware.vtd.spec.Bits.bits;
import static dev.iommufleet.hardware.vtd.spec.Bits.field;

import dev.iommufleet.hardware.vtd.Access;

/**
 * Descriptor of the page-request queue, 32 bytes; words 2 and 3 are private data, 0 here. [PRI-2.1]
 *
 * @param sourceId word 0 bits 31:16
 * @param pasid word 0 bits 51:32; {@link Access#NO_PASID} when PP, bit 8, is 0
 * @param execute EXR, word 0 bit 52; the reference never sets it
 * @param privileged PMR, word 0 bit 53
 * @param read word 1 bit 0
 * @param write word 1 bit 1
 * @param last LPIG, word 1 bit 2: the last request of its group
 * @param groupIndex PRGI, word 1 bits 11:3
 * @param address word 1 bits 63:12, 4 KiB aligned
 */
public record PageRequestDescriptor(
    int sourceId,
    int pasid,
    boolean execute,
    boolean privileged,
    boolean read,
    boolean write,
    boolean last,
    int groupIndex,
    long address) {
  public static final int BYTES = 32;

  /** Word 0 bits 7:0. */
  private static final long TYPE = 1;

  public static PageRequestDescriptor decode(long q0, long q1) {
    return new PageRequestDescriptor(
        bits(q0, 16, 16),
        bit(q0, 8) ? bits(q0, 32, 20) : Access.NO_PASID,
        bit(q0, 52),
        bit(q0, 53),
        bit(q1, 0),
        bit(q1, 1),
        bit(q1, 2),
        bits(q1, 3, 9),
        q1 & ~0xFFFL);
  }

  /** The function stops using the PASID and asks for nothing. [PRI-2.2] */
  public boolean stopMarker() {
    return last && !read && !write;
  }

  /**
   * The 4 words.
   *
   * @throws IllegalArgumentException if a field is wider than its bits
   */
  public long[] encode() {
    long q0 = TYPE | field("sourceId", sourceId, 16, 16) | bit(execute, 52) | bit(privileged, 53);
    if (pasid != Access.NO_PASID) {
      q0 |= 1L << 8 | field("pasid", pasid, 20, 32);
    }
    long q1 =
        aligned("address", address, 0xFFF)
            | bit(read, 0)
            | bit(write, 1)
            | bit(last, 2)
            | field("groupIndex", groupIndex, 9, 3);
    return new long[] {q0, q1, 0, 0};
  }
}
