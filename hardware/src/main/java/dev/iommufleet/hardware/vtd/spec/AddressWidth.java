package dev.iommufleet.hardware.vtd.spec;

/**
 * The address-width field AW of context and PASID entries, 3 bits. Code {@code n} means {@code n +
 * 2} levels of tables. [STR-2.5]
 */
public final class AddressWidth {

  private AddressWidth() {}

  /** Levels of page tables: 2 to 9. */
  public static int levels(int code) {
    return code + 2;
  }

  /** Bits of the input address: 30 + 9 for each code, up to 93. */
  public static int inputBits(int code) {
    return 30 + 9 * code;
  }

  /**
   * Whether CAP.SAGAW, bits 12:8 of the capability register, offers this width.
   *
   * @param sagaw 5 bits
   */
  public static boolean offered(int code, int sagaw) {
    return (sagaw >>> code & 1) != 0;
  }

  /**
   * The address in bits {@code addressWidth - 1}:12 of an entry.
   *
   * @param addressWidth of the unit, in bits
   */
  public static long pageAddress(long word, int addressWidth) {
    return word & Bits.ones(addressWidth) & ~0xFFFL;
  }
}
