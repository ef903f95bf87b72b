package dev.iommufleet.hardware.vtd.spec;

import static dev.iommufleet.hardware.vtd.spec.Bits.bit;
import static dev.iommufleet.hardware.vtd.spec.Bits.bits;
import static dev.iommufleet.hardware.vtd.spec.Bits.field;

import dev.iommufleet.hardware.vtd.Access;

/**
 * Fault-recording register, 128 bits, bits 63:0 the low word. [REG-10.1]
 *
 * @param pending F, bit 127
 * @param information bits 63:12 for a DMA fault: the page address; bits 63:48 for an interrupt
 *     fault: the table index
 * @param sourceId bits 79:64
 * @param reason bits 103:96, see {@link FaultReason}
 * @param pasid bits 123:104; {@link Access#NO_PASID} when PP, bit 95, is 0
 * @param read T, bit 126; 0 for a write
 * @param privileged PRIV, bit 93; the reference never sets it
 * @param execute EXE, bit 94; the reference never sets it
 */
public record FaultRecord(
    boolean pending,
    long information,
    int sourceId,
    int reason,
    int pasid,
    boolean read,
    boolean privileged,
    boolean execute) {
  public static final int BYTES = 16;

  /** F in the high word. */
  public static final long PENDING = 1L << 63;

  /** Width of the PASID that the reference stores. [REG-10.2] */
  public static final int REFERENCE_PASID_BITS = 16;

  /** Width of the PASID by the architecture. */
  public static final int PASID_BITS = 20;

  private static final int PASID_PRESENT = 31; // 95

  /** A pending record of a DMA fault; {@code access}: the {@link Access} bits that were wanted. */
  public static FaultRecord ofDma(int reason, int sourceId, int pasid, long address, int access) {
    return new FaultRecord(
        true,
        address & ~0xFFFL,
        sourceId,
        reason,
        pasid,
        (access & Access.WRITE) == 0,
        (access & Access.PRIVILEGED) != 0,
        (access & Access.EXECUTE) != 0);
  }

  /** A pending record of an interrupt fault; {@code index} has 16 bits. */
  public static FaultRecord ofInterrupt(int reason, int sourceId, int index) {
    long information = (long) index << 48;
    return new FaultRecord(
        true, information, sourceId, reason, Access.NO_PASID, false, false, false);
  }

  public static FaultRecord decode(long low, long high) {
    return new FaultRecord(
        bit(high, 63),
        low & ~0xFFFL,
        bits(high, 0, 16),
        bits(high, 32, 8),
        bit(high, PASID_PRESENT) ? bits(high, 40, 20) : Access.NO_PASID,
        bit(high, 62),
        bit(high, 29),
        bit(high, 30));
  }

  /** Whether a record's high word is pending. */
  public static boolean pending(long high) {
    return high < 0;
  }

  /** Source id of a record's high word. */
  public static int sourceId(long high) {
    return bits(high, 0, 16);
  }

  /** Bits 63:0. */
  public long low() {
    return information;
  }

  /**
   * Bits 127:64.
   *
   * @param pasidBits {@link #PASID_BITS} or {@link #REFERENCE_PASID_BITS}; higher bits are lost
   */
  public long high(int pasidBits) {
    long word =
        field("sourceId", sourceId, 16, 0)
            | field("reason", reason, 8, 32)
            | bit(privileged, 29)
            | bit(execute, 30)
            | bit(read, 62)
            | bit(pending, 63);
    if (pasid == Access.NO_PASID) {
      return word;
    }
    return word | 1L << PASID_PRESENT | (pasid & Bits.ones(pasidBits)) << 40;
  }
}
