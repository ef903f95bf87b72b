package dev.iommufleet.hardware.vtd.spec;

import dev.iommufleet.hardware.vtd.Access;

/**
 * A descriptor of the invalidation queue: 2 little-endian 64-bit words in a narrow queue, 4 in a
 * wide one, where words 2 and 3 carry nothing. Fields that a granularity does not use hold whatever
 * the guest wrote. Source ids and domain ids have 16 bits, PASIDs 20; addresses are 4 KiB aligned.
 */
public sealed interface Descriptor {

  /** IQEI: the type does not exist. [INV-2.1] */
  int BAD_TYPE = 3;

  /** IQEI: a reserved bit is set or a field holds a reserved code. [INV-2.1] */
  int RESERVED_BITS = 4;

  /** IQEI: the type needs a wide queue. [INV-2.1] */
  int BAD_WIDTH = 5;

  /**
   * Context-cache invalidation, type 1. [INV-4.1]
   *
   * @param domainId the reference ignores it
   * @param sourceId means something with {@code DEVICE} only
   * @param functionMask 0 exact, 1 ignore devfn bit 2, 2 ignore bits 2:1, 3 ignore bits 2:0
   */
  record ContextCache(Granularity granularity, int domainId, int sourceId, int functionMask)
      implements Descriptor {

    /** What it covers. */
    public enum Granularity {
      GLOBAL,
      DOMAIN,
      DEVICE
    }
  }

  /**
   * IOTLB invalidation, type 2. [INV-4.2]
   *
   * @param addressMask log2 of the page count, 0 to 63
   * @param hint only leaf entries changed
   */
  record Iotlb(
      Granularity granularity,
      boolean drainWrites,
      boolean drainReads,
      int domainId,
      long address,
      int addressMask,
      boolean hint)
      implements Descriptor {

    /** What it covers. */
    public enum Granularity {
      GLOBAL,
      DOMAIN,
      PAGE
    }
  }

  /**
   * Device-TLB invalidation of requests without PASID, type 3. [INV-4.3]
   *
   * @param maxOutstanding 5 bits
   * @param address with the size in its low bits when {@code sized}, see {@link #rangeSize}
   */
  record DeviceTlb(int sourceId, int maxOutstanding, long address, boolean sized)
      implements Descriptor {}

  /**
   * Interrupt-entry-cache invalidation, type 4. [INV-4.4]
   *
   * @param index 16 bits
   * @param indexMask log2 of the entry count, 5 bits
   */
  record InterruptEntryCache(boolean global, int index, int indexMask) implements Descriptor {}

  /**
   * Wait, type 5. [INV-4.5]
   *
   * @param statusData all 32 bits
   * @param statusAddress 4-byte aligned
   */
  record Wait(
      boolean interrupt,
      boolean statusWrite,
      boolean fence,
      boolean drainPageRequests,
      int statusData,
      long statusAddress)
      implements Descriptor {}

  /**
   * PASID-based IOTLB invalidation, type 6. [INV-4.6]
   *
   * @param addressMask log2 of the page count, 0 to 63
   * @param hint only leaf entries changed
   */
  record PasidIotlb(
      Granularity granularity, int domainId, int pasid, long address, int addressMask, boolean hint)
      implements Descriptor {

    /** What it covers. */
    public enum Granularity {
      PASID,
      PAGE
    }
  }

  /** PASID-cache invalidation, type 7. [INV-4.7] */
  record PasidCache(Granularity granularity, int domainId, int pasid) implements Descriptor {

    /** What it covers; {@code PASID} means this PASID in this domain. */
    public enum Granularity {
      DOMAIN,
      PASID,
      GLOBAL
    }
  }

  /**
   * Device-TLB invalidation of requests with PASID, type 8. [INV-4.8]
   *
   * @param maxOutstanding 5 bits
   * @param address with the size in its low bits when {@code sized}, see {@link #rangeSize}
   */
  record PasidDeviceTlb(
      int sourceId, int maxOutstanding, int pasid, boolean allPasids, long address, boolean sized)
      implements Descriptor {}

  /**
   * Page-group response, type 9. [INV-4.9]
   *
   * @param pasid {@link Access#NO_PASID} when the response carries none
   * @param code 4 bits: 0 success, 1 invalid, others failure
   * @param groupIndex 9 bits
   */
  record PageGroupResponse(int sourceId, int pasid, int code, int groupIndex)
      implements Descriptor {}

  /**
   * The descriptor in these words, or why they are none.
   *
   * @param q2 0 in a narrow queue, like {@code q3}
   */
  static Decoded decode(long q0, long q1, long q2, long q3, DescriptorRules rules) {
    int info = check(q0, q1, q2, q3, rules);
    return info == 0 ? new Decoded.Ok(read(q0, q1, rules)) : DescriptorDecoder.rejected(info);
  }

  /** IQER.IQEI, or 0 if these words are a descriptor. Allocates nothing. */
  static int check(long q0, long q1, long q2, long q3, DescriptorRules rules) {
    return DescriptorDecoder.check(q0, q1, q2 | q3, rules);
  }

  /** The descriptor in words that {@link #check} passed, for callers that count allocations. */
  static Descriptor read(long q0, long q1, DescriptorRules rules) {
    return DescriptorDecoder.read(q0, q1, rules);
  }

  /** Bits 11:9 and 3:0 of the first word as one number, 0 to 0x7F. [INV-3.1] */
  static int type(long q0) {
    return (int) (q0 >>> 5 & 0x70 | q0 & 0xF);
  }

  /**
   * The 4 words of this descriptor.
   *
   * @throws IllegalArgumentException if a field is wider than its bits
   */
  default long[] encode() {
    return DescriptorEncoder.encode(this);
  }

  /**
   * First byte that a device-TLB invalidation covers, aligned to its size. [INV-4.12]
   *
   * @param address as in the descriptor, bits 11:0 are ignored
   */
  static long rangeStart(long address, boolean sized) {
    long size = rangeSize(address, sized);
    return size == 0 ? 0 : address & -size;
  }

  /**
   * Bytes that a device-TLB invalidation covers: a power of two from 4 KiB, unsigned; 0 means the
   * whole space. [INV-4.12] [INV-4.13]
   *
   * @param address as in the descriptor, bits 11:0 are ignored
   */
  static long rangeSize(long address, boolean sized) {
    if (!sized) {
      return 0x1000;
    }
    int ones = Long.numberOfTrailingZeros(~(address >>> 12));
    return ones >= 51 ? 0 : 0x2000L << ones; // 8 KiB << 51 would be 2^64.
  }
}
