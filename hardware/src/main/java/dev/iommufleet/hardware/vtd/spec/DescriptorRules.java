package dev.iommufleet.hardware.vtd.spec;

/**
 * What decides whether words are a valid descriptor, besides the words themselves.
 *
 * @param wide descriptors have 256 bits (IQA.DW with ECAP.SMTS), not 128 [INV-3.2]
 * @param pageRequestDrain ECAP.PDS: the wait descriptor's drain bit is not reserved [INV-4.5]
 * @param responseWithoutPasid accept a page-group response with PP=0 [INV-4.14]
 * @param responseInNarrowQueue accept a page-group response of 128 bits [INV-3.3]
 * @param maxAddressMask CAP.MAMV, log2 of a page count, 0 to 63: the largest address mask of a
 *     page-selective invalidation; the reference has 18 [INV-4.10]
 * @param oversizedPasidMaskRejected true: the limit holds for PASID-based invalidations too; false:
 *     beyond it the whole PASID is invalidated [INV-4.11]
 */
public record DescriptorRules(
    boolean wide,
    boolean pageRequestDrain,
    boolean responseWithoutPasid,
    boolean responseInNarrowQueue,
    int maxAddressMask,
    boolean oversizedPasidMaskRejected) {}
