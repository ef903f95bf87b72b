package dev.iommufleet.hardware.vtd.spec;

import static dev.iommufleet.hardware.vtd.spec.Bits.bit;
import static dev.iommufleet.hardware.vtd.spec.Bits.bits;

/**
 * PASID-table entry, 64 bytes, words v0 to v7; v3 to v7 carry nothing here. [STR-4.2]
 *
 * @param addressWidthCode 3 bits, see {@link AddressWidth}
 * @param translationType 3 bits: {@link #FIRST_STAGE} to {@link #PASS_THROUGH}
 * @param secondStageDirty accessed and dirty bits in second-stage entries
 * @param secondStagePointer 4 KiB aligned
 * @param domainId 16 bits
 * @param firstStageMode 2 bits: 0 four levels, 1 five
 * @param firstStagePointer 4 KiB aligned
 */
public record PasidEntry(
    boolean present,
    boolean faultProcessingDisabled,
    int addressWidthCode,
    int translationType,
    boolean secondStageDirty,
    long secondStagePointer,
    int domainId,
    boolean pageWalkSnoop,
    boolean pageSnoop,
    boolean supervisorRequests,
    boolean executeRequests,
    int firstStageMode,
    boolean writeProtect,
    boolean noExecute,
    boolean extendedAccessed,
    long firstStagePointer) {
  public static final int BYTES = 64;

  /** Translation types; 0 and 5 to 7 are reserved. [STR-4.3] */
  public static final int FIRST_STAGE = 1;

  public static final int SECOND_STAGE = 2;
  public static final int NESTED = 3;
  public static final int PASS_THROUGH = 4;

  /** Word 0 bits 11:10; the reference does not check them. */
  public static final long RESERVED_V0 = 0xC00L;

  /** Where the entry of a PASID (20 bits) lies: PASID bits 5:0 are the index. */
  public static long address(long table, int pasid) {
    return table + (long) (pasid & 0x3F) * BYTES;
  }

  /** Word 0 bit 0. */
  public static boolean present(long v0) {
    return bit(v0, 0);
  }

  /** FPD, word 0 bit 1. */
  public static boolean faultProcessingDisabled(long v0) {
    return bit(v0, 1);
  }

  /** AW, word 0 bits 4:2. */
  public static int addressWidthCode(long v0) {
    return bits(v0, 2, 3);
  }

  /** PGTT, word 0 bits 8:6. [STR-4.3] */
  public static int translationType(long v0) {
    return bits(v0, 6, 3);
  }

  /** SSADE, word 0 bit 9. */
  public static boolean secondStageDirty(long v0) {
    return bit(v0, 9);
  }

  /** SSPTPTR, word 0 bits 63:12. */
  public static long secondStagePointer(long v0) {
    return v0 & ~0xFFFL;
  }

  /** DID, word 1 bits 15:0. */
  public static int domainId(long v1) {
    return bits(v1, 0, 16);
  }

  /** PWSNP, word 1 bit 23. */
  public static boolean pageWalkSnoop(long v1) {
    return bit(v1, 23);
  }

  /** PGSNP, word 1 bit 24. */
  public static boolean pageSnoop(long v1) {
    return bit(v1, 24);
  }

  /** SRE, word 2 bit 0. */
  public static boolean supervisorRequests(long v2) {
    return bit(v2, 0);
  }

  /** ERE, word 2 bit 1. */
  public static boolean executeRequests(long v2) {
    return bit(v2, 1);
  }

  /** FSPM, word 2 bits 3:2. [STR-4.4] */
  public static int firstStageMode(long v2) {
    return bits(v2, 2, 2);
  }

  /** WPE, word 2 bit 4. */
  public static boolean writeProtect(long v2) {
    return bit(v2, 4);
  }

  /** NXE, word 2 bit 5. */
  public static boolean noExecute(long v2) {
    return bit(v2, 5);
  }

  /** EAFE, word 2 bit 7. */
  public static boolean extendedAccessed(long v2) {
    return bit(v2, 7);
  }

  /** FSPTPTR, word 2 bits 63:12. */
  public static long firstStagePointer(long v2) {
    return v2 & ~0xFFFL;
  }

  /** Whether word 0 bits 11:10 or anything in words 4 to 7 is set. [STR-4.5] */
  public static boolean reserved(long[] words) {
    return (words[0] & RESERVED_V0 | words[4] | words[5] | words[6] | words[7]) != 0;
  }

  public static PasidEntry decode(long v0, long v1, long v2) {
    return new PasidEntry(
        present(v0),
        faultProcessingDisabled(v0),
        addressWidthCode(v0),
        translationType(v0),
        secondStageDirty(v0),
        secondStagePointer(v0),
        domainId(v1),
        pageWalkSnoop(v1),
        pageSnoop(v1),
        supervisorRequests(v2),
        executeRequests(v2),
        firstStageMode(v2),
        writeProtect(v2),
        noExecute(v2),
        extendedAccessed(v2),
        firstStagePointer(v2));
  }
}
