package dev.iommufleet.hardware.vtd.spec;

import static dev.iommufleet.hardware.vtd.spec.Bits.bit;
import static dev.iommufleet.hardware.vtd.spec.Bits.bits;

/** Interrupt-remapping table entry, 16 bytes: remapped, or posted to a descriptor. [STR-8.1] */
public sealed interface InterruptEntry {
  int BYTES = 16;

  /** Source-validation type: no check. [STR-8.4] */
  int NO_VALIDATION = 0;

  /** Source-validation type: the source id under the mask of its qualifier. */
  int VALIDATE_SOURCE = 1;

  /** Source-validation type: the bus lies in a range. */
  int VALIDATE_BUS = 2;

  /**
   * Which sources may use an entry.
   *
   * @param sourceId 16 bits
   * @param qualifier 2 bits, see {@link #qualifierMask}
   * @param type 2 bits; 3 is reserved
   */
  record Source(int sourceId, int qualifier, int type) {}

  /**
   * Remapped format.
   *
   * @param logical destination mode
   * @param levelTriggered trigger mode
   * @param deliveryMode 3 bits: 0 fixed, 1 lowest priority, 2 SMI, 4 NMI, 5 INIT, 7 ExtINT
   * @param vector 8 bits
   * @param destination bits 63:32 as they are, see {@link #destination(long, boolean)}
   */
  record Remapped(
      boolean present,
      boolean faultProcessingDisabled,
      boolean logical,
      boolean redirectionHint,
      boolean levelTriggered,
      int deliveryMode,
      int vector,
      int destination,
      Source source)
      implements InterruptEntry {}

  /**
   * Posted format. No capability offers it; it is decoded to be refused by name. [STR-8.5]
   *
   * @param vector 8 bits
   * @param descriptorAddress 64-byte aligned
   */
  record Posted(
      boolean present,
      boolean faultProcessingDisabled,
      boolean urgent,
      int vector,
      long descriptorAddress,
      Source source)
      implements InterruptEntry {}

  /** Where an entry (index of 16 bits) lies. */
  static long address(long table, int index) {
    return table + (long) index * BYTES;
  }

  /** Low bit 0. */
  static boolean present(long low) {
    return bit(low, 0);
  }

  /** FPD, low bit 1. */
  static boolean faultProcessingDisabled(long low) {
    return bit(low, 1);
  }

  /** DM, low bit 2: logical, not physical. */
  static boolean logical(long low) {
    return bit(low, 2);
  }

  /** RH, low bit 3. */
  static boolean redirectionHint(long low) {
    return bit(low, 3);
  }

  /** TM, low bit 4. */
  static boolean levelTriggered(long low) {
    return bit(low, 4);
  }

  /** DLM, low bits 7:5. */
  static int deliveryMode(long low) {
    return bits(low, 5, 3);
  }

  /** IM, low bit 15. */
  static boolean posted(long low) {
    return bit(low, 15);
  }

  /** Low bits 23:16. */
  static int vector(long low) {
    return bits(low, 16, 8);
  }

  /**
   * Destination: low bits 63:32 with extended interrupt mode, else bits 47:40. [STR-8.2]
   *
   * @return an APIC id of 32 or 8 bits
   */
  static int destination(long low, boolean extended) {
    return extended ? bits(low, 32, 32) : bits(low, 40, 8);
  }

  /** High bits 15:0. */
  static int sourceId(long high) {
    return bits(high, 0, 16);
  }

  /** SQ, high bits 17:16. */
  static int sourceQualifier(long high) {
    return bits(high, 16, 2);
  }

  /** SVT, high bits 19:18. [STR-8.4] */
  static int sourceValidation(long high) {
    return bits(high, 18, 2);
  }

  /** Bits of a source id that a qualifier compares: all, or devfn without its low bits. */
  static int qualifierMask(int qualifier) {
    return switch (qualifier) {
      case 0 -> 0xFFFF;
      case 1 -> 0xFFFB; // without bit 2
      case 2 -> 0xFFF9; // without bits 2:1
      case 3 -> 0xFFF8; // without bits 2:0
      default ->
          throw new IllegalArgumentException("qualifier is " + qualifier + "; it has 2 bits");
    };
  }

  /** Whether a bit of the remapped format that must be 0 is set. [STR-8.3] */
  static boolean remappedReservedSet(long low, long high) {
    return (low & 0xFF00_7000L | high & 0xFFFF_FFFF_FFF0_0000L) != 0; // 31:24, 14:12; 127:84
  }

  /** Whether a bit of the posted format that must be 0 is set. [STR-8.5] */
  static boolean postedReservedSet(long low, long high) {
    // 37:24, 13:12, 7:2; 95:84
    return (low & 0x3F_FF00_30FCL | high & 0x0000_0000_FFF0_0000L) != 0;
  }

  static InterruptEntry decode(long low, long high) {
    var source = new Source(sourceId(high), sourceQualifier(high), sourceValidation(high));
    if (posted(low)) {
      long descriptor = low >>> 32 & 0xFFFF_FFC0L | high & 0xFFFF_FFFF_0000_0000L;
      return new Posted(
          present(low),
          faultProcessingDisabled(low),
          bit(low, 14),
          vector(low),
          descriptor,
          source);
    }
    return new Remapped(
        present(low),
        faultProcessingDisabled(low),
        logical(low),
        redirectionHint(low),
        levelTriggered(low),
        deliveryMode(low),
        vector(low),
        destination(low, true),
        source);
  }
}
