package dev.iommufleet.load.capture;

/** A field of a line, named as in the format. */
enum Field {
  SEQ(Form.NUMBER),
  OP(Form.OPERATION),
  FORMAT(Form.ANY),
  QEMU(Form.ANY),
  PHASE(Form.WORD),
  PROPS(Form.ANY),
  REG_BASE(Form.HEX),
  REG_SIZE(Form.NUMBER),
  CAP(Form.HEX),
  ECAP(Form.HEX),
  IOTLB_MAX(Form.NUMBER),
  REGS(Form.ANY),
  ADDR(Form.HEX),
  SIZE(Form.NUMBER),
  VAL(Form.HEX),
  CHANGED(Form.CHANGES),
  KIND(Form.WORD),
  LEVEL(Form.NUMBER),
  LEN(Form.NUMBER_OR_HEX),
  DATA(Form.BYTES_OR_HEX),
  MEMTX(Form.NUMBER),
  SID(Form.NUMBER),
  PASID(Form.PASID),
  IOVA(Form.HEX),
  FLAGS(Form.NUMBER),
  WRITE(Form.BOOLEAN),
  ADDR_TYPE(Form.WORD),
  OK(Form.BOOLEAN),
  SRC(Form.WORD),
  CC_HIT(Form.BOOLEAN),
  TRANSLATED_ADDR(Form.HEX),
  ADDR_MASK(Form.HEX),
  PERM(Form.NUMBER),
  GFN(Form.HEX),
  DID(Form.NUMBER),
  PTE(Form.HEX),
  PGTT(Form.NUMBER),
  SCOPE(Form.WORD),
  AM(Form.NUMBER),
  REMOVED(Form.NUMBER),
  FM(Form.NUMBER),
  TYPE(Form.WORD),
  ACTION(Form.WORD),
  ENTRY(Form.BYTES_OR_HEX),
  GLOBAL(Form.BOOLEAN),
  INDEX(Form.NUMBER),
  MASK(Form.NUMBER),
  CLASS(Form.WORD),
  OUTCOME(Form.WORD),
  REASON(Form.NUMBER),
  PASID_PRESENT(Form.BOOLEAN),
  FPD(Form.BOOLEAN),
  QUALIFIED(Form.BOOLEAN),
  HI(Form.HEX),
  LO(Form.HEX),
  CAUSE(Form.WORD),
  WHY(Form.WORD),
  AS_PASID(Form.PASID),
  DELIVERED(Form.NUMBER_OR_BOOLEAN),
  BUS(Form.NUMBER),
  DEVFN(Form.NUMBER),
  RET(Form.NUMBER),
  USE_IOMMU(Form.BOOLEAN),
  PT(Form.BOOLEAN),
  IR_FAULT_REGION(Form.BOOLEAN),
  DO_FAULT(Form.BOOLEAN),
  INTR_ENABLED(Form.BOOLEAN),
  ARG(Form.NUMBER),
  PRIV(Form.BOOLEAN),
  EXEC(Form.BOOLEAN),
  NO_WRITE(Form.BOOLEAN),
  MAX_RESULTS(Form.NUMBER),
  ERR_COUNT(Form.NUMBER),
  RESULTS(Form.RESULTS),
  LPIG(Form.BOOLEAN),
  PRGI(Form.NUMBER),
  READ(Form.BOOLEAN),
  CODE(Form.NUMBER),
  AT(Form.NUMBER),
  VALUE(Form.HEX),
  LIMIT(Form.NUMBER),
  INTERLEAVED_EVENTS(Form.NUMBER),
  // a host and its devices
  DEVID(Form.NUMBER),
  HWPT(Form.NUMBER),
  IOMMU_TYPE(Form.NUMBER),
  CAP_REG(Form.HEX),
  ECAP_REG(Form.HEX),
  VTD_FLAGS(Form.NUMBER),
  HW_CAPS(Form.HEX),
  MAX_PASID_LOG2(Form.NUMBER),
  AW_BITS(Form.NUMBER),
  AW_FAILS(Form.BOOLEAN),
  BEHIND_ALIAS(Form.BOOLEAN),
  ERROR(Form.TEXT),
  WAS_SET(Form.BOOLEAN),
  BINDINGS_DROPPED(Form.NUMBER),
  HWPT_FLAGS(Form.NUMBER),
  HWPT_CREATED(Form.BOOLEAN),
  ATTACHMENTS(Form.ANY),
  NESTED_LEFT(Form.ANY),
  DEFAULT_FREE_RET(Form.ANY),
  N(Form.NUMBER),
  ERRNO(Form.NUMBER),
  PARENT(Form.NUMBER),
  DATA_TYPE(Form.NUMBER),
  DATA_LEN(Form.NUMBER),
  S1_FLAGS(Form.NUMBER),
  ADDR_WIDTH(Form.NUMBER),
  PGTBL_ADDR(Form.HEX),
  ID(Form.NUMBER),
  MODE(Form.WORD),
  OLD_HWPT(Form.NUMBER),
  ENTRY_LEN(Form.NUMBER),
  NPAGES(Form.HEX),
  ENTRY_NUM(Form.NUMBER),
  ENTRY_NUM_OUT(Form.NUMBER),
  REQ(Form.ANY),
  TEXT(Form.TEXT),
  DEVICES(Form.ANY),
  HWPTS(Form.ANY),
  // a loaded state
  ROOT(Form.ANY),
  IQ(Form.ANY),
  IQ_HEAD(Form.ANY),
  IQ_TAIL(Form.ANY),
  IQ_SIZE(Form.ANY),
  NEXT_FRCD_REG(Form.ANY),
  DMAR_ENABLED(Form.ANY),
  QI_ENABLED(Form.ANY),
  INTR_ROOT(Form.ANY),
  INTERLEAVED(Form.BOOLEAN);

  /** How a value is written. */
  enum Form {
    OPERATION,
    /** A plain JSON integer. */
    NUMBER,
    /** {@code "0x…"}. */
    HEX,
    NUMBER_OR_HEX,
    NUMBER_OR_BOOLEAN,
    BOOLEAN,
    /** An integer, or null which is the same as 0. */
    PASID,
    /** One of {@link Word}. */
    WORD,
    /** Bytes in memory order as hex digits, or {@code "0x…"}. */
    BYTES_OR_HEX,
    /** An object of {@code "0xOFF":"0xVAL"}. */
    CHANGES,
    /** An array of ATS results. */
    RESULTS,
    /** Words for people, kept as they are written; or null. */
    TEXT,
    /** Read by {@link ConfigLine} or {@link HostLine}. */
    ANY
  }

  static final Field[] ALL = values();
  static final Symbols SYMBOLS = new Symbols(names());

  final Form form;

  Field(Form form) {
    this.form = form;
  }

  /** As in the format. */
  String key() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  private static String[] names() {
    String[] names = new String[ALL.length];
    for (Field field : ALL) {
      names[field.ordinal()] = field.key();
    }
    return names;
  }
}
