package dev.iommufleet.load.guest;

import dev.iommufleet.hardware.vtd.spec.Descriptor;
import dev.iommufleet.hardware.vtd.spec.Descriptor.ContextCache;
import dev.iommufleet.hardware.vtd.spec.Descriptor.DeviceTlb;
import dev.iommufleet.hardware.vtd.spec.Descriptor.Iotlb;
import dev.iommufleet.hardware.vtd.spec.Descriptor.PasidCache;
import dev.iommufleet.hardware.vtd.spec.Descriptor.PasidDeviceTlb;
import dev.iommufleet.hardware.vtd.spec.Descriptor.PasidIotlb;

/** Descriptors as the driver fills them. */
final class Flushes {
  /** Address of a sized device-TLB invalidation that covers everything. */
  private static final long EVERYTHING = 0x7FFF_FFFF_FFFF_F000L;

  private static final int QUEUE_DEPTH = 31;

  /** CAP.MAMV. */
  private static final int LARGEST_MASK = 18;

  private Flushes() {}

  static Descriptor context(int domain, int source) {
    return new ContextCache(ContextCache.Granularity.DEVICE, domain, source, 0);
  }

  static Descriptor contextsGlobal() {
    return new ContextCache(ContextCache.Granularity.GLOBAL, 0, 0, 0);
  }

  static Descriptor iotlbGlobal() {
    return new Iotlb(Iotlb.Granularity.GLOBAL, true, true, 0, 0, 0, false);
  }

  static Descriptor iotlbDomain(int domain) {
    return new Iotlb(Iotlb.Granularity.DOMAIN, true, true, domain, 0, 0, false);
  }

  static Descriptor pasidCache(int domain, int pasid) {
    return new PasidCache(PasidCache.Granularity.PASID, domain, pasid);
  }

  static Descriptor pasidCacheGlobal() {
    return new PasidCache(PasidCache.Granularity.GLOBAL, 0, 0);
  }

  static Descriptor pasidIotlb(int domain, int pasid) {
    return new PasidIotlb(PasidIotlb.Granularity.PASID, domain, pasid, 0, 0, false);
  }

  /** log2 of the smallest naturally aligned block that holds the first and the last page. */
  static int mask(long iova, int pages) {
    long first = iova >>> 12;
    long different = first ^ (first + pages - 1);
    return Long.SIZE - Long.numberOfLeadingZeros(different);
  }

  /** Pages of a second-stage domain. {@code leafOnly}: no table was taken out. */
  static Descriptor pages(int domain, long iova, int pages, boolean leafOnly) {
    int mask = mask(iova, pages);
    return mask > LARGEST_MASK
        ? iotlbDomain(domain)
        : new Iotlb(
            Iotlb.Granularity.PAGE, true, true, domain, aligned(iova, mask), mask, leafOnly);
  }

  /** The same of a first-stage address space. */
  static Descriptor pages(int domain, int pasid, long iova, int pages, boolean leafOnly) {
    int mask = mask(iova, pages);
    return mask > LARGEST_MASK
        ? pasidIotlb(domain, pasid)
        : new PasidIotlb(
            PasidIotlb.Granularity.PAGE, domain, pasid, aligned(iova, mask), mask, leafOnly);
  }

  private static long aligned(long iova, int mask) {
    return iova & -(1L << 12 + mask);
  }

  /** Everything in a function's device TLB; PASID 0 is asked for without PASID. */
  static Descriptor deviceTlb(int source, int pasid) {
    return pasid == 0
        ? new DeviceTlb(source, QUEUE_DEPTH, EVERYTHING, true)
        : new PasidDeviceTlb(source, QUEUE_DEPTH, pasid, false, EVERYTHING, true);
  }

  static Descriptor deviceTlb(int source, int pasid, long iova, int pages) {
    int mask = mask(iova, pages);
    long size = mask == 0 ? 0 : (1L << 12 + mask - 1) - 0x1000;
    long address = aligned(iova, mask) | size;
    return pasid == 0
        ? new DeviceTlb(source, QUEUE_DEPTH, address, mask > 0)
        : new PasidDeviceTlb(source, QUEUE_DEPTH, pasid, false, address, mask > 0);
  }
}
