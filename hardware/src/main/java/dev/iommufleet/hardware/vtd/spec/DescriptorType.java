package dev.iommufleet.hardware.vtd.spec;

/** The types of descriptors of the invalidation queue. [INV-4.1] */
public enum DescriptorType {
  CONTEXT_CACHE,
  IOTLB,
  DEVICE_TLB,
  INTERRUPT_ENTRY_CACHE,
  WAIT,
  PASID_IOTLB,
  PASID_CACHE,
  PASID_DEVICE_TLB,
  PAGE_GROUP_RESPONSE;

  public static DescriptorType of(Descriptor descriptor) {
    return switch (descriptor) {
      case Descriptor.ContextCache _ -> CONTEXT_CACHE;
      case Descriptor.Iotlb _ -> IOTLB;
      case Descriptor.DeviceTlb _ -> DEVICE_TLB;
      case Descriptor.InterruptEntryCache _ -> INTERRUPT_ENTRY_CACHE;
      case Descriptor.Wait _ -> WAIT;
      case Descriptor.PasidIotlb _ -> PASID_IOTLB;
      case Descriptor.PasidCache _ -> PASID_CACHE;
      case Descriptor.PasidDeviceTlb _ -> PASID_DEVICE_TLB;
      case Descriptor.PageGroupResponse _ -> PAGE_GROUP_RESPONSE;
    };
  }
}
