package dev.iommufleet.hardware.vtd.spec;

import static dev.iommufleet.hardware.vtd.spec.Bits.bit;

/**
 * Second-stage page-table entry, 8 bytes. Neither readable nor writable means not present.
 * [STR-5.2]
 *
 * @param execute believed; the reference ignores it
 * @param memoryType bits 6:3, believed; the reference ignores them
 * @param large bit 7: a leaf at levels 2 and 3
 * @param address bits 51:12
 */
public record SecondStageEntry(
    boolean read,
    boolean write,
    boolean execute,
    int memoryType,
    boolean large,
    boolean accessed,
    boolean dirty,
    boolean snoop,
    boolean transientMapping,
    long address) {

  private static final long IGNORED = 0xBFF0_0000_0000_0000L; // 63, 61:52
  private static final long TRANSIENT = 1L << 62;
  private static final long SNOOP = 1L << 11;
  private static final long LARGE = 1L << 7;
  private static final long BELOW_2_MIB = 0x1F_F000L; // 20:12
  private static final long BELOW_1_GIB = 0x3FFF_F000L; // 29:12

  /** Bit 0. */
  public static boolean read(long word) {
    return bit(word, 0);
  }

  /** Bit 1. */
  public static boolean write(long word) {
    return bit(word, 1);
  }

  /** PS, bit 7. */
  public static boolean large(long word) {
    return bit(word, 7);
  }

  /** A, bit 8. */
  public static boolean accessed(long word) {
    return bit(word, 8);
  }

  /** D, bit 9. */
  public static boolean dirty(long word) {
    return bit(word, 9);
  }

  /** Whether the walk ends here. */
  public static boolean leaf(long word, int level) {
    return level == 1 || large(word);
  }

  /** Bits {@code addressWidth - 1}:12. */
  public static long address(long word, int addressWidth) {
    return AddressWidth.pageAddress(word, addressWidth);
  }

  /**
   * Bits that must be 0, for {@link #kind} as the index. [STR-5.3]
   *
   * @param transientMapping bit 62 of leaves is legal [STR-5.4]
   * @param snoopControl bit 11 of leaves is legal [STR-5.5]
   */
  public static long[] reservedMasks(
      int addressWidth, boolean transientMapping, boolean snoopControl) {
    long always = ~(Bits.ones(addressWidth) | IGNORED);
    long table = always | SNOOP;
    long leaf = always & ~(transientMapping ? TRANSIENT : 0) | (snoopControl ? 0 : SNOOP);
    return new long[] {leaf, table, table, table | LARGE, leaf | BELOW_2_MIB, leaf | BELOW_1_GIB};
  }

  /**
   * Index of an entry's mask: 0 leaf of level 1; 1, 2, 3 table of level 2, 3, 4; 4, 5 large page of
   * level 2, 3. Bit 7 means nothing at level 1 and is reserved at level 4, which stands for level 5
   * too.
   *
   * @param level 1 to 5
   */
  public static int kind(long word, int level) {
    return large(word) && (level == 2 || level == 3) ? level + 2 : Math.min(level, 4) - 1;
  }

  public static SecondStageEntry decode(long word) {
    return new SecondStageEntry(
        read(word),
        write(word),
        bit(word, 2),
        Bits.bits(word, 3, 4),
        large(word),
        accessed(word),
        dirty(word),
        bit(word, 11),
        bit(word, 62),
        address(word, 52));
  }
}
