package dev.iommufleet.hardware.vtd.spec;

import static dev.iommufleet.hardware.vtd.spec.Bits.bit;

/**
 * First-stage page-table entry, 8 bytes, the layout of the processor's tables. [STR-6.1]
 *
 * @param large bit 7: a leaf at levels 2 and 3; part of the memory type at level 1
 * @param extendedAccessed bit 10, believed
 * @param address bits 51:12
 */
public record FirstStageEntry(
    boolean present,
    boolean write,
    boolean user,
    boolean accessed,
    boolean dirty,
    boolean large,
    boolean global,
    boolean extendedAccessed,
    boolean executeDisable,
    long address) {

  /** A, bit 5. */
  public static final long ACCESSED = 1L << 5;

  /** D, bit 6, leaves only. */
  public static final long DIRTY = 1L << 6;

  private static final long IGNORED = 0xFFF0_0000_0000_0000L; // 63:52
  private static final long LARGE = 1L << 7;
  private static final long BELOW_2_MIB = 0x1F_E000L; // 20:13; 12 is a memory type
  private static final long BELOW_1_GIB = 0x3FFF_E000L; // 29:13

  /** Bit 0. */
  public static boolean present(long word) {
    return bit(word, 0);
  }

  /** R/W, bit 1. */
  public static boolean write(long word) {
    return bit(word, 1);
  }

  /** U/S, bit 2. */
  public static boolean user(long word) {
    return bit(word, 2);
  }

  /** PS, bit 7. */
  public static boolean large(long word) {
    return bit(word, 7);
  }

  /** Whether the walk ends here. */
  public static boolean leaf(long word, int level) {
    return level == 1 || large(word);
  }

  /** Bits {@code addressWidth - 1}:12. */
  public static long address(long word, int addressWidth) {
    return AddressWidth.pageAddress(word, addressWidth);
  }

  /** Whether bits 63 to {@code width - 1} of the address are all equal. [STR-6.3] */
  public static boolean canonical(long iova, int width) {
    int above = 64 - width;
    return iova << above >> above == iova;
  }

  /** Bits that must be 0, for {@link #kind} as the index. [STR-6.2] */
  public static long[] reservedMasks(int addressWidth) {
    long always = ~(Bits.ones(addressWidth) | IGNORED);
    return new long[] {
      always, always, always, always | LARGE, always | BELOW_2_MIB, always | BELOW_1_GIB
    };
  }

  /** Index of an entry's mask; the numbering is that of {@link SecondStageEntry#kind}. */
  public static int kind(long word, int level) {
    return SecondStageEntry.kind(word, level); // Bit 7 is in the same place.
  }

  public static FirstStageEntry decode(long word) {
    return new FirstStageEntry(
        present(word),
        write(word),
        user(word),
        bit(word, 5),
        bit(word, 6),
        large(word),
        bit(word, 8),
        bit(word, 10),
        bit(word, 63),
        address(word, 52));
  }
}
