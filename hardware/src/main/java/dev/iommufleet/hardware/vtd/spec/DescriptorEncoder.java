package dev.iommufleet.hardware.vtd.spec;

import static dev.iommufleet.hardware.vtd.spec.Bits.aligned;
import static dev.iommufleet.hardware.vtd.spec.Bits.bit;
import static dev.iommufleet.hardware.vtd.spec.Bits.field;

import dev.iommufleet.hardware.vtd.Access;

/** {@link Descriptor} to words. Not on a hot path, so every field is checked against its width. */
final class DescriptorEncoder {

  private DescriptorEncoder() {}

  static long[] encode(Descriptor descriptor) {
    return switch (descriptor) {
      case Descriptor.ContextCache d -> words(contextCache(d), 0);
      case Descriptor.Iotlb d -> words(iotlb(d), page(d.address(), d.addressMask(), d.hint()));
      case Descriptor.DeviceTlb d -> words(deviceTlb(d), address(d.address()) | bit(d.sized(), 0));
      case Descriptor.InterruptEntryCache d -> words(interruptEntryCache(d), 0);
      case Descriptor.Wait d -> words(waitLow(d), statusAddress(d.statusAddress()));
      case Descriptor.PasidIotlb d ->
          words(pasidIotlb(d), page(d.address(), d.addressMask(), d.hint()));
      case Descriptor.PasidCache d -> words(pasidCache(d), 0);
      case Descriptor.PasidDeviceTlb d ->
          words(
              pasidDeviceTlb(d), address(d.address()) | bit(d.allPasids(), 0) | bit(d.sized(), 11));
      case Descriptor.PageGroupResponse d ->
          words(response(d), field("groupIndex", d.groupIndex(), 9, 3));
    };
  }

  private static long contextCache(Descriptor.ContextCache d) {
    int granularity =
        switch (d.granularity()) {
          case GLOBAL -> 1;
          case DOMAIN -> 2;
          case DEVICE -> 3;
        };
    return 1
        | (long) granularity << 4
        | field("domainId", d.domainId(), 16, 16)
        | field("sourceId", d.sourceId(), 16, 32)
        | field("functionMask", d.functionMask(), 2, 48);
  }

  private static long iotlb(Descriptor.Iotlb d) {
    int granularity =
        switch (d.granularity()) {
          case GLOBAL -> 1;
          case DOMAIN -> 2;
          case PAGE -> 3;
        };
    return 2
        | (long) granularity << 4
        | bit(d.drainWrites(), 6)
        | bit(d.drainReads(), 7)
        | field("domainId", d.domainId(), 16, 16);
  }

  private static long deviceTlb(Descriptor.DeviceTlb d) {
    return 3
        | field("maxOutstanding", d.maxOutstanding(), 5, 16)
        | field("sourceId", d.sourceId(), 16, 32);
  }

  private static long interruptEntryCache(Descriptor.InterruptEntryCache d) {
    return 4
        | bit(!d.global(), 4)
        | field("indexMask", d.indexMask(), 5, 27)
        | field("index", d.index(), 16, 32);
  }

  private static long waitLow(Descriptor.Wait d) {
    return 5
        | bit(d.interrupt(), 4)
        | bit(d.statusWrite(), 5)
        | bit(d.fence(), 6)
        | bit(d.drainPageRequests(), 7)
        | (long) d.statusData() << 32;
  }

  private static long pasidIotlb(Descriptor.PasidIotlb d) {
    int granularity =
        switch (d.granularity()) {
          case PASID -> 2;
          case PAGE -> 3;
        };
    return 6
        | (long) granularity << 4
        | field("domainId", d.domainId(), 16, 16)
        | field("pasid", d.pasid(), 20, 32);
  }

  private static long pasidCache(Descriptor.PasidCache d) {
    int granularity =
        switch (d.granularity()) {
          case DOMAIN -> 0;
          case PASID -> 1;
          case GLOBAL -> 3;
        };
    return 7
        | (long) granularity << 4
        | field("domainId", d.domainId(), 16, 16)
        | field("pasid", d.pasid(), 20, 32);
  }

  private static long pasidDeviceTlb(Descriptor.PasidDeviceTlb d) {
    return 8
        | field("maxOutstanding", d.maxOutstanding(), 5, 4)
        | field("sourceId", d.sourceId(), 16, 16)
        | field("pasid", d.pasid(), 20, 32);
  }

  private static long response(Descriptor.PageGroupResponse d) {
    long pasid = d.pasid() == Access.NO_PASID ? 0 : 1L << 4 | field("pasid", d.pasid(), 20, 32);
    return 9 | pasid | field("code", d.code(), 4, 12) | field("sourceId", d.sourceId(), 16, 16);
  }

  private static long page(long address, int addressMask, boolean hint) {
    return address(address) | field("addressMask", addressMask, 6, 0) | bit(hint, 6);
  }

  private static long address(long address) {
    return aligned("address", address, 0xFFF);
  }

  private static long statusAddress(long address) {
    return aligned("statusAddress", address, 3);
  }

  private static long[] words(long low, long high) {
    return new long[] {low, high, 0, 0};
  }
}
