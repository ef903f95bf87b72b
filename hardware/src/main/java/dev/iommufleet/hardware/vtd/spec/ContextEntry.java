package dev.iommufleet.hardware.vtd.spec;

import static dev.iommufleet.hardware.vtd.spec.Bits.bit;
import static dev.iommufleet.hardware.vtd.spec.Bits.bits;

/** Context-table entry: 16 bytes in legacy mode, 32 in scalable mode. [STR-2.1] [STR-3.1] */
public sealed interface ContextEntry {
  int LEGACY_BYTES = 16;
  int SCALABLE_BYTES = 32;

  /** Translation type: only untranslated requests are served. [STR-2.3] */
  int UNTRANSLATED_ONLY = 0;

  /** Translation type: translation requests and translated requests are served too. */
  int WITH_DEVICE_TLB = 1;

  /** Translation type: addresses pass unchanged. */
  int PASS_THROUGH = 2;

  /**
   * Legacy entry.
   *
   * @param translationType 2 bits; 3 is reserved
   * @param secondStagePointer 4 KiB aligned
   * @param addressWidthCode 3 bits, see {@link AddressWidth}
   * @param domainId 16 bits
   */
  record Legacy(
      boolean present,
      boolean faultProcessingDisabled,
      int translationType,
      long secondStagePointer,
      int addressWidthCode,
      int domainId)
      implements ContextEntry {

    public static Legacy decode(long low, long high) {
      return new Legacy(
          ContextEntry.present(low),
          ContextEntry.faultProcessingDisabled(low),
          ContextEntry.translationType(low),
          ContextEntry.pointer(low),
          ContextEntry.addressWidthCode(high),
          ContextEntry.domainId(high));
    }
  }

  /**
   * Scalable-mode entry.
   *
   * @param directorySizeCode PDTS, 3 bits
   * @param directoryPointer 4 KiB aligned
   * @param ridPasid PASID of requests that carry none, 20 bits; the reference takes 0 instead
   */
  record Scalable(
      boolean present,
      boolean faultProcessingDisabled,
      boolean deviceTlbEnabled,
      boolean pasidEnabled,
      boolean pageRequestsEnabled,
      int directorySizeCode,
      long directoryPointer,
      int ridPasid,
      boolean ridPrivileged)
      implements ContextEntry {

    public static Scalable decode(long v0, long v1) {
      return new Scalable(
          ContextEntry.present(v0),
          ContextEntry.faultProcessingDisabled(v0),
          ContextEntry.deviceTlbEnabled(v0),
          ContextEntry.pasidEnabled(v0),
          ContextEntry.pageRequestsEnabled(v0),
          ContextEntry.directorySizeCode(v0),
          ContextEntry.pointer(v0),
          ContextEntry.ridPasid(v1),
          ContextEntry.ridPrivileged(v1));
    }
  }

  /** Where the legacy entry of a devfn (0 to 255) lies. */
  static long legacyAddress(long table, int devfn) {
    return table + (long) devfn * LEGACY_BYTES;
  }

  /** Where the scalable entry of a devfn (0 to 255) lies; each table holds 128. */
  static long scalableAddress(long table, int devfn) {
    return table + (long) (devfn & 0x7F) * SCALABLE_BYTES;
  }

  /** Word 0 bit 0, both modes. */
  static boolean present(long v0) {
    return bit(v0, 0);
  }

  /** FPD, word 0 bit 1, both modes: qualified faults are not reported. */
  static boolean faultProcessingDisabled(long v0) {
    return bit(v0, 1);
  }

  /** Word 0 bits 63:12: second-stage root in legacy mode, PASID directory in scalable mode. */
  static long pointer(long v0) {
    return v0 & ~0xFFFL;
  }

  // ---- legacy mode -------------------------------------------------------------------------

  /** TT, low bits 3:2. [STR-2.3] */
  static int translationType(long low) {
    return bits(low, 2, 2);
  }

  /** Whether the unit serves this translation type. [STR-2.3] */
  static boolean translationTypeOffered(int type, boolean deviceTlb, boolean passThrough) {
    return type == UNTRANSLATED_ONLY
        || type == WITH_DEVICE_TLB && deviceTlb
        || type == PASS_THROUGH && passThrough;
  }

  /** AW, high bits 2:0. [STR-2.5] */
  static int addressWidthCode(long high) {
    return bits(high, 0, 3);
  }

  /** DID, high bits 23:8. */
  static int domainId(long high) {
    return bits(high, 8, 16);
  }

  /** Whether a bit that must be 0 is set. [STR-2.4] */
  static boolean legacyReservedSet(long low, long high, int addressWidth) {
    long lowMask = 0xFF0L | ~Bits.ones(addressWidth); // 11:4, above the address
    long highMask = 0xFFFF_FFFF_FF00_0080L; // 63:24, 7
    return (low & lowMask | high & highMask) != 0;
  }

  // ---- scalable mode -----------------------------------------------------------------------

  /** DTE, word 0 bit 2. */
  static boolean deviceTlbEnabled(long v0) {
    return bit(v0, 2);
  }

  /** PASIDE, word 0 bit 3. */
  static boolean pasidEnabled(long v0) {
    return bit(v0, 3);
  }

  /** PRE, word 0 bit 4. */
  static boolean pageRequestsEnabled(long v0) {
    return bit(v0, 4);
  }

  /** PDTS, word 0 bits 11:9: the directory has 2^(PDTS+7) entries. [STR-3.3] */
  static int directorySizeCode(long v0) {
    return bits(v0, 9, 3);
  }

  /** First PASID that the directory does not reach: 2^13 to 2^20. [STR-3.3] */
  static int pasidLimit(long v0) {
    return 1 << directorySizeCode(v0) + 13;
  }

  /** RID_PASID, word 1 bits 19:0. [STR-3.4] */
  static int ridPasid(long v1) {
    return bits(v1, 0, 20);
  }

  /** RID_PRIV, word 1 bit 20. */
  static boolean ridPrivileged(long v1) {
    return bit(v1, 20);
  }

  /**
   * Whether a bit that must be 0 is set. [STR-3.2]
   *
   * @param rest words 2 and 3 or'ed
   */
  static boolean scalableReservedSet(long v0, long v1, long rest, int addressWidth) {
    long v0Mask = 0x1E0L | ~Bits.ones(addressWidth); // 8:5, above the address
    long v1Mask = 0xFFFF_FFFF_FFE0_0000L; // 63:21
    return (v0 & v0Mask | v1 & v1Mask | rest) != 0;
  }
}
