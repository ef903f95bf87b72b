package dev.iommufleet.hardware.vtd.spec;

import dev.iommufleet.hardware.vtd.Access;

/** {@link Descriptor} to the words that {@link DescriptorText} parses. */
final class DescriptorPrinter {

  private DescriptorPrinter() {}

  static String print(Descriptor descriptor) {
    return switch (descriptor) {
      case Descriptor.ContextCache d -> contextCache(d);
      case Descriptor.Iotlb d -> iotlb(d);
      case Descriptor.DeviceTlb d ->
          "dtlb "
              + SourceId.format(d.sourceId())
              + range(d.address(), d.sized())
              + depth(d.maxOutstanding());
      case Descriptor.InterruptEntryCache d ->
          d.global() ? "iec-g" : "iec index=" + d.index() + " im=" + d.indexMask();
      case Descriptor.Wait d -> waitFor(d);
      case Descriptor.PasidIotlb d -> pasidIotlb(d);
      case Descriptor.PasidCache d -> pasidCache(d);
      case Descriptor.PasidDeviceTlb d ->
          "pdtlb "
              + SourceId.format(d.sourceId())
              + " pasid="
              + d.pasid()
              + flag("g", d.allPasids())
              + range(d.address(), d.sized())
              + depth(d.maxOutstanding());
      case Descriptor.PageGroupResponse d ->
          "pgresp "
              + SourceId.format(d.sourceId())
              + (d.pasid() == Access.NO_PASID ? "" : " pasid=" + d.pasid())
              + " prgi="
              + d.groupIndex()
              + " code="
              + d.code();
    };
  }

  /** Unsigned, with 0x. */
  static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }

  private static String contextCache(Descriptor.ContextCache d) {
    return switch (d.granularity()) {
      case GLOBAL -> "cc-g";
      case DOMAIN -> "cc-dom did=" + d.domainId();
      case DEVICE ->
          "cc-d "
              + SourceId.format(d.sourceId())
              + " fm="
              + d.functionMask()
              + " did="
              + d.domainId();
    };
  }

  private static String iotlb(Descriptor.Iotlb d) {
    String drain = flag("dr", d.drainReads()) + flag("dw", d.drainWrites());
    return switch (d.granularity()) {
      case GLOBAL -> "iotlb-g" + drain;
      case DOMAIN -> "iotlb-d did=" + d.domainId() + drain;
      case PAGE ->
          "iotlb-p did=" + d.domainId() + page(d.address(), d.addressMask(), d.hint()) + drain;
    };
  }

  private static String waitFor(Descriptor.Wait d) {
    return "wait"
        + flag("if", d.interrupt())
        + flag("fn", d.fence())
        + flag("pd", d.drainPageRequests())
        + (d.statusWrite()
            ? " data="
                + Integer.toUnsignedString(d.statusData())
                + " addr="
                + hex(d.statusAddress())
            : "");
  }

  private static String pasidIotlb(Descriptor.PasidIotlb d) {
    String whole = "piotlb did=" + d.domainId() + " pasid=" + d.pasid();
    return switch (d.granularity()) {
      case PASID -> whole;
      case PAGE -> whole + page(d.address(), d.addressMask(), d.hint());
    };
  }

  private static String pasidCache(Descriptor.PasidCache d) {
    return switch (d.granularity()) {
      case GLOBAL -> "pc-g";
      case DOMAIN -> "pc did=" + d.domainId();
      case PASID -> "pc did=" + d.domainId() + " pasid=" + d.pasid();
    };
  }

  private static String page(long address, int addressMask, boolean hint) {
    return " addr=" + hex(address) + " am=" + addressMask + flag("ih", hint);
  }

  private static String range(long address, boolean sized) {
    return sized && address == DescriptorText.EVERYTHING
        ? " all"
        : " addr=" + hex(address) + flag("s", sized);
  }

  private static String depth(int maxOutstanding) {
    return maxOutstanding == 0 ? "" : " qdep=" + maxOutstanding;
  }

  private static String flag(String name, boolean set) {
    return set ? " " + name : "";
  }
}
