package dev.iommufleet.hardware.vtd.spec;

/**
 * What first-stage and second-stage tables share: 512 entries of 8 bytes, level 1 the leaves of 4
 * KiB, each level 9 address bits more. [STR-5.1]
 */
public final class PageTable {
  public static final int ENTRY_BYTES = 8;

  private PageTable() {}

  /** Lowest address bit that an entry of this level (from 1) decides: 12, 21, 30, 39, 48. */
  public static int shift(int level) {
    return 3 + 9 * level;
  }

  /** Offsets within what an entry of this level maps: 0xFFF, 0x1FFFFF, 0x3FFFFFFF … */
  public static long offsetMask(int level) {
    return (1L << shift(level)) - 1;
  }

  /** 0 to 511. */
  public static int index(long iova, int level) {
    return (int) (iova >>> shift(level)) & 0x1FF;
  }

  /** Where the entry of an address lies. */
  public static long entryAddress(long table, long iova, int level) {
    return table + (long) index(iova, level) * ENTRY_BYTES;
  }
}
