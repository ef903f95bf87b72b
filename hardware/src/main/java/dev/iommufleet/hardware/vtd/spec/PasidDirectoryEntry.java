package dev.iommufleet.hardware.vtd.spec;

/**
 * Entry of the PASID directory, 8 bytes; one leads to 64 PASIDs. [STR-4.1]
 *
 * @param table address of the PASID table, 4 KiB aligned
 */
public record PasidDirectoryEntry(boolean present, boolean faultProcessingDisabled, long table) {
  public static final int BYTES = 8;

  /** Bits 11:2; the reference does not check them. */
  public static final long RESERVED = 0xFFCL;

  /** Where the entry of a PASID (20 bits) lies: PASID bits 19:6 are the index. */
  public static long address(long directory, int pasid) {
    return directory + (long) (pasid >>> 6 & 0x3FFF) * BYTES;
  }

  /** Bit 0. */
  public static boolean present(long word) {
    return Bits.bit(word, 0);
  }

  /** FPD, bit 1. */
  public static boolean faultProcessingDisabled(long word) {
    return Bits.bit(word, 1);
  }

  /** Bits 63:12. */
  public static long table(long word) {
    return word & ~0xFFFL;
  }

  /** Whether a bit of 11:2 is set. [STR-4.5] */
  public static boolean reserved(long word) {
    return (word & RESERVED) != 0;
  }

  public static PasidDirectoryEntry decode(long word) {
    return new PasidDirectoryEntry(present(word), faultProcessingDisabled(word), table(word));
  }
}
