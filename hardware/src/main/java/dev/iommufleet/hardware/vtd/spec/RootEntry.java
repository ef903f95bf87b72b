package dev.iommufleet.hardware.vtd.spec;

/**
 * Root-table entry, 16 bytes, one for each bus. In legacy mode only the low word is used; in
 * scalable mode the low word serves devfn 0 to 0x7F and the high word devfn 0x80 to 0xFF. [STR-1.1]
 *
 * @param lowTable address of the context table, 4 KiB aligned
 * @param highTable scalable mode only
 */
public record RootEntry(boolean lowPresent, long lowTable, boolean highPresent, long highTable) {
  public static final int BYTES = 16;

  private static final long RESERVED = 0xFFEL; // 11:1

  /** Where the entry of a bus (0 to 255) lies. */
  public static long address(long table, int bus) {
    return table + (long) bus * BYTES;
  }

  /** Bit 0 of one word. */
  public static boolean present(long word) {
    return Bits.bit(word, 0);
  }

  /** Bits 63:12 of one word; the check of reserved bits covers those above the address width. */
  public static long contextTable(long word) {
    return word & ~0xFFFL;
  }

  /** The word that serves a devfn (0 to 255) in scalable mode. */
  public static long scalableWord(long low, long high, int devfn) {
    return devfn < 0x80 ? low : high;
  }

  /** Bits of a word that must be 0. [STR-1.2] */
  public static long reservedMask(int addressWidth) {
    return RESERVED | ~Bits.ones(addressWidth);
  }

  /** Whether a bit that must be 0 is set, in either half, whichever is used. [STR-1.2] */
  public static boolean reservedSet(long low, long high, boolean scalable, int addressWidth) {
    long mask = reservedMask(addressWidth);
    return (low & mask | high & (scalable ? mask : ~0L)) != 0;
  }

  public static RootEntry decode(long low, long high) {
    return new RootEntry(present(low), contextTable(low), present(high), contextTable(high));
  }
}
