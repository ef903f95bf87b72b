package dev.iommufleet.hardware.vtd.spec;

import java.util.Optional;

/** The fault reasons, 8-bit codes, in their order. [TRN-8.1] */
public enum FaultReason {
  ROOT_NOT_PRESENT(0x01, "the root entry of the bus is not present"),
  CONTEXT_NOT_PRESENT(0x02, "the context entry of the function is not present"),
  CONTEXT_INVALID(0x03, "the context entry asks for a width or type that is not offered"),
  BEYOND_ADDRESS_WIDTH(0x04, "the address is beyond the width of the tables"),
  WRITE_DENIED(0x05, "the second stage does not permit the write"),
  READ_DENIED(0x06, "the second stage does not permit the read"),
  TABLE_UNREADABLE(0x07, "a second-stage table could not be read"),
  ROOT_UNREADABLE(0x08, "the root table could not be read"),
  CONTEXT_UNREADABLE(0x09, "the context table could not be read"),
  ROOT_RESERVED(0x0A, "a reserved bit of the root entry is set"),
  CONTEXT_RESERVED(0x0B, "a reserved bit of the context entry is set"),
  ENTRY_RESERVED(0x0C, "a reserved bit of a second-stage entry is set"),
  TRANSLATION_TYPE_BLOCKS(0x0D, "the context entry's type blocks this kind of request"),
  INTERRUPT_ADDRESS(0x0E, "the second stage leads to the interrupt range"),

  INTERRUPT_REQUEST_RESERVED(0x20, "a reserved bit of the interrupt request is set"),
  INTERRUPT_INDEX_BEYOND_TABLE(0x21, "the interrupt index is beyond the table"),
  INTERRUPT_ENTRY_NOT_PRESENT(0x22, "the interrupt entry is not present"),
  INTERRUPT_TABLE_UNREADABLE(0x23, "the interrupt table could not be read"),
  INTERRUPT_ENTRY_RESERVED(0x24, "a reserved bit of the interrupt entry is set"),
  COMPATIBILITY_FORMAT_BLOCKED(0x25, "interrupts of compatibility format are blocked"),
  SOURCE_NOT_VALID(0x26, "the interrupt entry does not admit this source"),

  ROOT_POINTER_INVALID(0x30, "the root-table pointer or its mode is not valid"),
  PASID_IN_LEGACY_MODE(0x31, "a request with PASID in legacy mode"),
  PAGE_REQUEST_IN_LEGACY_MODE(0x32, "a page request in legacy mode"),
  SCALABLE_ROOT_UNREADABLE(0x38, "the scalable root table could not be read"),
  SCALABLE_ROOT_NOT_PRESENT(0x39, "the scalable root entry is not present"),
  SCALABLE_ROOT_RESERVED(0x3A, "a reserved bit of the scalable root entry is set"),
  SCALABLE_CONTEXT_UNREADABLE(0x40, "the scalable context table could not be read"),
  SCALABLE_CONTEXT_NOT_PRESENT(0x41, "the scalable context entry is not present"),
  SCALABLE_CONTEXT_RESERVED(0x42, "a reserved bit of the scalable context entry is set"),
  SCALABLE_CONTEXT_INVALID(0x43, "the scalable context entry is not valid"),
  DEVICE_TLB_DISABLED(0x44, "the context entry does not enable device TLBs"),
  PASID_DISABLED(0x45, "the context entry does not enable PASIDs"),
  PASID_BEYOND_DIRECTORY(0x46, "the PASID is beyond the directory"),
  PAGE_REQUESTS_DISABLED(0x47, "the context entry does not enable page requests"),
  RID_PASID_INVALID(0x48, "the PASID for requests without PASID is not valid"),
  DIRECTORY_UNREADABLE(0x50, "the PASID directory could not be read"),
  DIRECTORY_NOT_PRESENT(0x51, "the PASID directory entry is not present"),
  DIRECTORY_RESERVED(0x52, "a reserved bit of the PASID directory entry is set"),
  PASID_TABLE_UNREADABLE(0x58, "the PASID table could not be read"),
  PASID_ENTRY_NOT_PRESENT(0x59, "the PASID entry is not present"),
  PASID_ENTRY_RESERVED(0x5A, "a reserved bit of the PASID entry is set"),
  PASID_ENTRY_INVALID(0x5B, "the PASID entry's type or width is not offered"),
  EXECUTE_REQUESTS_DISABLED(0x5C, "the PASID entry does not enable execute requests"),
  SUPERVISOR_REQUESTS_DISABLED(0x5D, "the PASID entry does not enable supervisor requests"),
  FIRST_STAGE_UNREADABLE(0x70, "a first-stage table could not be read"),
  FIRST_STAGE_NOT_PRESENT(0x71, "a first-stage entry is not present"),
  FIRST_STAGE_RESERVED(0x72, "a reserved bit of a first-stage entry is set"),
  FIRST_STAGE_TOP_UNREADABLE(0x73, "the top first-stage table could not be read"),
  NESTED_UNREADABLE(0x74, "nested: a first-stage table could not be read"),
  NESTED_NOT_PRESENT(0x75, "nested: a first-stage entry is not present"),
  NESTED_RESERVED(0x76, "nested: a reserved bit of a first-stage entry is set"),
  NESTED_TOP_UNREADABLE(0x77, "nested: the top first-stage table could not be read"),
  SECOND_STAGE_UNREADABLE(0x78, "scalable mode: a second-stage table could not be read"),
  SECOND_STAGE_DENIED(0x79, "scalable mode: the second stage does not permit the request"),
  SECOND_STAGE_RESERVED(0x7A, "scalable mode: a reserved bit of a second-stage entry is set"),
  SECOND_STAGE_TOP_UNREADABLE(0x7B, "scalable mode: the top second-stage table is not readable"),
  SECOND_STAGE_OTHER(0x7C, "scalable mode: another fault of the second stage"),
  NOT_CANONICAL(0x80, "the address is not canonical"),
  USER_DENIED(0x81, "the first stage does not permit user requests"),
  EXECUTE_DENIED(0x82, "the first stage does not permit execution"),
  BEYOND_DMA_WIDTH(0x83, "the address is beyond the width of DMA"),
  BEYOND_SECOND_STAGE(0x84, "scalable mode: the address is beyond the second stage"),
  SCALABLE_WRITE_DENIED(0x85, "scalable mode: the write is not permitted"),
  SCALABLE_READ_DENIED(0x86, "scalable mode: the read is not permitted"),
  SCALABLE_INTERRUPT_ADDRESS(0x87, "scalable mode: the request leads to the interrupt range"),
  ACCESSED_UPDATE_WITHOUT_SNOOP(0x90, "an accessed or dirty bit would be set without snooping"),
  ACCESSED_UPDATE_FAILED(0x91, "an accessed or dirty bit could not be written");

  /** Which part of the unit raises a reason. */
  public enum Family {
    /** Codes below 0x20; the reference raises those of the second stage in scalable mode too. */
    LEGACY,
    INTERRUPT,
    SCALABLE
  }

  private static final FaultReason[] BY_CODE = new FaultReason[0x100];

  static {
    for (FaultReason reason : values()) {
      BY_CODE[reason.code] = reason;
    }
  }

  private final int code;
  private final String sentence;

  FaultReason(int code, String sentence) {
    this.code = code;
    this.sentence = sentence;
  }

  /** The reason of this code; empty if there is none. */
  public static Optional<FaultReason> of(int code) {
    return code < 0 || code > 0xFF ? Optional.empty() : Optional.ofNullable(BY_CODE[code]);
  }

  /** {@code 0x05 WRITE_DENIED: the second stage …}, or that the code is unknown. */
  public static String describe(int code) {
    return of(code).map(FaultReason::toText).orElse(String.format("0x%02X: no such reason", code));
  }

  /** 8 bits. */
  public int code() {
    return code;
  }

  /** What happened, without a capital letter and a full stop. */
  public String sentence() {
    return sentence;
  }

  public Family family() {
    if (code < 0x20) {
      return Family.LEGACY;
    }
    return code < 0x30 ? Family.INTERRUPT : Family.SCALABLE;
  }

  private String toText() {
    return String.format("0x%02X %s: %s", code, name(), sentence);
  }
}
