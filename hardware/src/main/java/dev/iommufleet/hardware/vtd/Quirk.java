package dev.iommufleet.hardware.vtd;

/**
 * A named behaviour in which profile {@link Profile#QEMU_11_1} departs from the architecture. Each
 * is tested at one place in this package; {@code docs/quirks.md} says what shows it and what it
 * breaks.
 */
public enum Quirk {
  /** A bypass that no sync had cached stays on after its PASID entry went. */
  PASS_THROUGH_NOT_REVOKED,
  /** The width of the canonical check comes from the second-stage AW field. */
  CANONICAL_WIDTH_FROM_AW,
  /** An IOTLB hit is not checked for permission; the bus drops the access, no fault is recorded. */
  IOTLB_HIT_UNCHECKED,
  /** An entry whose A is set never gets D; a hit that a read filled never gets D. */
  DIRTY_BIT_LOST,
  /** An ATS request that may write sets D also on a read-only leaf. */
  ATS_DIRTIES_READ_ONLY,
  /** Fault records keep 16 bits of the PASID. */
  FAULT_PASID_16_BITS,
  /** Fault records never say that execute or privilege was requested. */
  FAULT_ATTRIBUTES_ABSENT,
  /** Context and PASID-table faults are recorded without their PASID. */
  TABLE_FAULT_WITHOUT_PASID,
  /** A PASID entry's type is checked before its present bit. */
  PASID_TYPE_BEFORE_PRESENT,
  /** Reserved bits of PASID directory and table entries are not looked at. */
  PASID_RESERVED_UNCHECKED,
  /** Scalable mode reports legacy reasons for root, context and second stage. */
  LEGACY_REASONS_IN_SCALABLE_MODE,
  /** DTE and TT do not block ATS and translated requests; PASIDE and legacy mode not PASIDs. */
  REQUEST_TYPE_UNCHECKED,
  /** A PASID beyond the directory's size is looked up all the same. */
  PASID_BOUND_UNCHECKED,
  /** Compatibility-format interrupts pass while remapping is on. */
  COMPATIBILITY_INTERRUPTS_PASS,
  /** 1 GiB first-stage leaves translate although CAP.FS1GP is clear. */
  FIRST_STAGE_1GIB_UNCHECKED,
  /** PECTL.IM is clear after reset. */
  PAGE_REQUEST_EVENT_RESETS_UNMASKED,
  /** Software may write PQT. */
  PAGE_REQUEST_TAIL_WRITABLE,
  /** FEUADDR and IEUADDR read 0; PEUADDR is not used. */
  UPPER_EVENT_ADDRESS_ABSENT,
  /** ICC and IVT stay set when queued invalidation is on. */
  REGISTER_INVALIDATION_HANGS,
  /** After IQE was cleared nothing is fetched before the next tail write. */
  QUEUE_WAITS_FOR_TAIL,
  /** The queue can be disabled only behind a completed wait. */
  QUEUE_DISABLE_NEEDS_WAIT,
  /** AM beyond MAMV in a PASID-based IOTLB invalidation is a queue error. */
  OVERSIZED_PASID_MASK_REJECTED,
  /** A page-group response is taken from a 128-bit queue. */
  RESPONSE_IN_NARROW_QUEUE,
  /** A page-group response without PASID is a queue error. */
  RESPONSE_NEEDS_PASID,
  /** An overflow answers no page request by itself. */
  NO_AUTOMATIC_PAGE_RESPONSE,
  /** Page requests without a PASID are refused. */
  PAGE_REQUEST_NEEDS_PASID,
  /** A page-request descriptor never says that execute was requested. */
  PAGE_REQUEST_EXECUTE_LOST,
  /** A domain-selective context invalidation runs as a global one. */
  CONTEXT_DOMAIN_IS_GLOBAL,
  /** A full IOTLB is emptied, instead of one entry making room. */
  IOTLB_EMPTIED_WHEN_FULL,
  /** IOTLB hits ignore the domain that the function is in now. */
  IOTLB_IGNORES_DOMAIN,
  /** The walk ignores that its PASID entry is absent or invalid. */
  WALK_IGNORES_PASID_STATUS,
  /** The walker follows the capability, not the type of the PASID entry. */
  WALKER_BY_CAPABILITY,
  /** An invalid entry of PASID 0 blocks every PASID of the function. */
  PASID_0_GATES_FUNCTION,
  /** A changed PASID entry is noticed at each sync but not stored. */
  PASID_COPY_STALE,
  /** SVT 2 takes the upper bus from SID [15:8]. */
  BUS_RANGE_REVERSED,
  /** The IM bit of an interrupt entry is not looked at. */
  POSTED_FORMAT_IGNORED,
  /** Translated requests are walked in legacy mode. */
  TRANSLATED_WALKED_IN_LEGACY,
  /** ATS requests get identity answers while translation is off. */
  ATS_IDENTITY_WHEN_DISABLED,
  /** Device-TLB invalidations for an absent function complete in silence. */
  ABSENT_FUNCTION_COMPLETES,
  /** FPD does not suppress reason 0B. */
  CONTEXT_RESERVED_UNQUALIFIED,
  /** IQER stays 0. */
  QUEUE_ERROR_RECORD_ABSENT,
  /** Root pointer and translation enable leave bindings whose entries are valid. */
  RESET_KEEPS_VALID_BINDINGS,
  /** A binding that the host refused is not tried again while the entry stays the same. */
  FAILED_BINDING_NOT_RETRIED,
  /** When a replacement fails, what was attached before stays attached. */
  FAILED_REPLACEMENT_STAYS,
  /** A binding that the host would not give up is forgotten. */
  FAILED_UNBINDING_FORGOTTEN,
  /** A device that comes into populated tables is bound at the next matching invalidation. */
  ATTACH_BINDS_NOTHING,
  /** A device that leaves keeps what it was told; nothing is unbound or freed. */
  DETACH_FORGETS_BINDINGS,
  /** A PASID-selective invalidation binds PASIDs wider than the guest was offered. */
  PASID_WIDTH_UNCHECKED,
  /** A wait with PD does not wait for the devices. */
  DRAIN_IS_NO_BARRIER,
  /** Page requests of passed-through devices do not reach the guest. */
  HOST_PAGE_REQUESTS_ABSENT
}
