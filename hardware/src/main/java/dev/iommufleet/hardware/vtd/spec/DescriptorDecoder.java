package dev.iommufleet.hardware.vtd.spec;

import static dev.iommufleet.hardware.vtd.spec.Bits.bit;
import static dev.iommufleet.hardware.vtd.spec.Bits.bits;

import dev.iommufleet.hardware.vtd.Access;

/**
 * Words to {@link Descriptor}. The check comes first and alone, so a bad descriptor costs nothing.
 */
final class DescriptorDecoder {
  private static final Decoded.Rejected BAD_TYPE = new Decoded.Rejected(Descriptor.BAD_TYPE);
  private static final Decoded.Rejected RESERVED = new Decoded.Rejected(Descriptor.RESERVED_BITS);
  private static final Decoded.Rejected BAD_WIDTH = new Decoded.Rejected(Descriptor.BAD_WIDTH);

  // Bits that must be 0, in words 0 and 1. [INV-3.5]
  private static final long CONTEXT_CACHE_LOW = 0xFFFC_0000_0000_F1C0L; // 63:50, 15:12, 8:6
  private static final long CONTEXT_CACHE_HIGH = ~0L;
  private static final long IOTLB_LOW = 0xFFFF_FFFF_0000_F100L; // 63:32, 15:12, 8
  private static final long IOTLB_HIGH = 0xF80L; // 11:7
  private static final long DEVICE_TLB_LOW = 0xFFFF_0000_FFE0_F1F0L; // 63:48, 31:21, 15:12, 8:4
  private static final long DEVICE_TLB_HIGH = 0xFFEL; // 11:1
  private static final long INTERRUPT_LOW = 0xFFFF_0000_07FF_F1E0L; // 63:48, 26:12, 8:5
  private static final long INTERRUPT_HIGH = ~0L;
  private static final long WAIT_LOW = 0xFFFF_F100L; // 31:12, 8
  private static final long WAIT_DRAIN = 1L << 7; // reserved too where pages cannot be drained
  private static final long WAIT_HIGH = 0x3L; // 1:0
  private static final long PASID_IOTLB_LOW = 0xFFF0_0000_0000_F1C0L; // 63:52, 15:12, 8:6
  private static final long PASID_IOTLB_HIGH = 0xF80L; // 11:7
  private static final long PASID_CACHE_LOW = 0xFFF0_0000_0000_F1C0L; // 63:52, 15:12, 8:6
  private static final long PASID_CACHE_HIGH = ~0L;
  private static final long PASID_DEVICE_TLB_LOW = 0xFFF0_0000_0000_F000L; // 63:52, 15:12
  private static final long PASID_DEVICE_TLB_HIGH = 0x7FEL; // 10:1
  private static final long RESPONSE_LOW = 0xFFF0_0000_0000_01E0L; // 63:52, 8:5
  private static final long RESPONSE_HIGH = 0xFFFF_FFFF_FFFF_F003L; // 63:12, 1:0

  private static final long WAIT_EFFECTS = 0x70L; // 6:4: at least one of IF, SW, FN
  private static final long RESPONSE_PASID_PRESENT = 1L << 4;
  private static final long ADDRESS = ~0xFFFL; // 63:12

  private DescriptorDecoder() {}

  static Decoded.Rejected rejected(int info) {
    return switch (info) {
      case Descriptor.BAD_TYPE -> BAD_TYPE;
      case Descriptor.RESERVED_BITS -> RESERVED;
      case Descriptor.BAD_WIDTH -> BAD_WIDTH;
      default -> throw new IllegalStateException("no such descriptor error: " + info);
    };
  }

  /**
   * 0 or the reason why these words are no descriptor.
   *
   * @param rest words 2 and 3 or'ed
   */
  static int check(long q0, long q1, long rest, DescriptorRules rules) {
    int type = Descriptor.type(q0);
    if (type < 1 || type > 9) {
      return Descriptor.BAD_TYPE;
    }
    if (!rules.wide() && needsWideQueue(type, rules)) {
      return Descriptor.BAD_WIDTH;
    }
    if (rest != 0 && type != 9) { // The reference leaves a response's last words unchecked.
      return Descriptor.RESERVED_BITS;
    }
    return valid(type, q0, q1, rules) ? 0 : Descriptor.RESERVED_BITS;
  }

  private static boolean needsWideQueue(int type, DescriptorRules rules) {
    return type >= 6 && (type != 9 || !rules.responseInNarrowQueue());
  }

  private static boolean valid(int type, long q0, long q1, DescriptorRules rules) {
    int granularity = (int) (q0 >>> 4) & 3;
    return switch (type) {
      case 1 -> clear(q0, CONTEXT_CACHE_LOW, q1, CONTEXT_CACHE_HIGH) && granularity != 0;
      case 2 ->
          clear(q0, IOTLB_LOW, q1, IOTLB_HIGH)
              && granularity != 0
              && (granularity != 3 || addressMask(q1) <= rules.maxAddressMask());
      case 3 -> clear(q0, DEVICE_TLB_LOW, q1, DEVICE_TLB_HIGH);
      case 4 -> clear(q0, INTERRUPT_LOW, q1, INTERRUPT_HIGH);
      case 5 ->
          clear(q0, rules.pageRequestDrain() ? WAIT_LOW : WAIT_LOW | WAIT_DRAIN, q1, WAIT_HIGH)
              && (q0 & WAIT_EFFECTS) != 0;
      case 6 ->
          clear(q0, PASID_IOTLB_LOW, q1, PASID_IOTLB_HIGH)
              && granularity >= 2
              && (granularity != 3
                  || addressMask(q1) <= rules.maxAddressMask()
                  || !rules.oversizedPasidMaskRejected());
      case 7 -> clear(q0, PASID_CACHE_LOW, q1, PASID_CACHE_HIGH) && granularity != 2;
      case 8 -> clear(q0, PASID_DEVICE_TLB_LOW, q1, PASID_DEVICE_TLB_HIGH);
      default ->
          clear(q0, RESPONSE_LOW, q1, RESPONSE_HIGH)
              && ((q0 & RESPONSE_PASID_PRESENT) != 0 || rules.responseWithoutPasid());
    };
  }

  private static boolean clear(long q0, long lowMask, long q1, long highMask) {
    return (q0 & lowMask | q1 & highMask) == 0;
  }

  /** The descriptor in words that {@link #check} passed. */
  static Descriptor read(long q0, long q1, DescriptorRules rules) {
    return switch (Descriptor.type(q0)) {
      case 1 -> contextCache(q0);
      case 2 -> iotlb(q0, q1);
      case 3 ->
          new Descriptor.DeviceTlb( // 47:32 source id, 20:16 depth
              bits(q0, 32, 16), bits(q0, 16, 5), q1 & ADDRESS, bit(q1, 0));
      case 4 ->
          new Descriptor.InterruptEntryCache( // 4 index-selective, 47:32 index, 31:27 mask
              !bit(q0, 4), bits(q0, 32, 16), bits(q0, 27, 5));
      case 5 ->
          new Descriptor.Wait( // 4 IF, 5 SW, 6 FN, 7 PD, 63:32 data
              bit(q0, 4), bit(q0, 5), bit(q0, 6), bit(q0, 7), bits(q0, 32, 32), q1);
      case 6 -> pasidIotlb(q0, q1, rules);
      case 7 -> pasidCache(q0);
      case 8 ->
          new Descriptor.PasidDeviceTlb( // 31:16 source id, 8:4 depth, 51:32 PASID
              bits(q0, 16, 16),
              bits(q0, 4, 5),
              bits(q0, 32, 20),
              bit(q1, 0),
              q1 & ADDRESS,
              bit(q1, 11));
      case 9 ->
          new Descriptor.PageGroupResponse( // 31:16 requester, 51:32 PASID, 15:12 code, 11:3 group
              bits(q0, 16, 16),
              (q0 & RESPONSE_PASID_PRESENT) != 0 ? bits(q0, 32, 20) : Access.NO_PASID,
              bits(q0, 12, 4),
              bits(q1, 3, 9));
      default -> throw new IllegalStateException("unchecked descriptor: " + Long.toHexString(q0));
    };
  }

  private static Descriptor contextCache(long q0) {
    var granularity = switch (bits(q0, 4, 2)) { // 5:4
          case 1 -> Descriptor.ContextCache.Granularity.GLOBAL;
          case 2 -> Descriptor.ContextCache.Granularity.DOMAIN;
          default -> Descriptor.ContextCache.Granularity.DEVICE;
        };
    return new Descriptor.ContextCache( // 31:16 domain, 47:32 source id, 49:48 function mask
        granularity, bits(q0, 16, 16), bits(q0, 32, 16), bits(q0, 48, 2));
  }

  private static Descriptor iotlb(long q0, long q1) {
    var granularity = switch (bits(q0, 4, 2)) { // 5:4
          case 1 -> Descriptor.Iotlb.Granularity.GLOBAL;
          case 2 -> Descriptor.Iotlb.Granularity.DOMAIN;
          default -> Descriptor.Iotlb.Granularity.PAGE;
        };
    return new Descriptor.Iotlb( // 6 DW, 7 DR, 31:16 domain
        granularity,
        bit(q0, 6),
        bit(q0, 7),
        bits(q0, 16, 16),
        q1 & ADDRESS,
        addressMask(q1),
        bit(q1, 6));
  }

  private static Descriptor pasidIotlb(long q0, long q1, DescriptorRules rules) {
    boolean page = bits(q0, 4, 2) == 3 && addressMask(q1) <= rules.maxAddressMask(); // 5:4
    return new Descriptor.PasidIotlb( // 31:16 domain, 51:32 PASID
        page ? Descriptor.PasidIotlb.Granularity.PAGE : Descriptor.PasidIotlb.Granularity.PASID,
        bits(q0, 16, 16),
        bits(q0, 32, 20),
        q1 & ADDRESS,
        addressMask(q1),
        bit(q1, 6));
  }

  private static Descriptor pasidCache(long q0) {
    var granularity = switch (bits(q0, 4, 2)) { // 5:4
          case 0 -> Descriptor.PasidCache.Granularity.DOMAIN;
          case 1 -> Descriptor.PasidCache.Granularity.PASID;
          default -> Descriptor.PasidCache.Granularity.GLOBAL;
        };
    return new Descriptor.PasidCache(granularity, bits(q0, 16, 16), bits(q0, 32, 20));
  }

  /** Word 1, bits 5:0. */
  private static int addressMask(long q1) {
    return (int) q1 & 0x3F;
  }
}
