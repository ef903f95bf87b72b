package dev.iommufleet.load.capture;

import static dev.iommufleet.load.capture.Field.*;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a line tells, named as in the format, with the fields that it must and may have. */
enum EventType {
  HEADER(must(FORMAT, QEMU)),
  CONFIG(
      must(PHASE, PROPS, REG_BASE, REG_SIZE, CAP, ECAP, IOTLB_MAX, Field.REGS),
      ROOT,
      IQ,
      IQ_HEAD,
      IQ_TAIL,
      IQ_SIZE,
      NEXT_FRCD_REG,
      DMAR_ENABLED,
      QI_ENABLED,
      INTR_ENABLED,
      INTR_ROOT),
  RESET(must()),
  MMIO_READ(must(ADDR, SIZE, VAL)),
  MMIO_WRITE(must(ADDR, SIZE, VAL)),
  MMIO_WRITE_END(must()),
  REGS(must(Field.CHANGED)),
  MEM_READ(must(KIND, ADDR, LEN, DATA), LEVEL, MEMTX),
  MEM_WRITE(must(KIND, ADDR, LEN, DATA), MEMTX),
  TRANSLATE_BEGIN(must(SID, Field.PASID, IOVA, FLAGS, WRITE, ADDR_TYPE)),
  TRANSLATE_END(must(OK, SRC, CC_HIT, IOVA, TRANSLATED_ADDR, ADDR_MASK, PERM), Field.PASID),
  IOTLB_INSERT(must(SID, Field.PASID, GFN, LEVEL, DID, PTE, PERM, PGTT)),
  IOTLB_REMOVE(must(SCOPE, REMOVED), DID, Field.PASID, ADDR, AM),
  CC_INVALIDATE(must(SCOPE), SID, FM),
  CC_RESET(must()),
  PASID_CACHE_RESET(must()),
  PASID_CACHE_SYNC(must(TYPE, DID, Field.PASID)),
  PASID_CACHE_ENTRY(must(SID, Field.PASID, ACTION, ENTRY)),
  IEC_NOTIFY(must(Field.GLOBAL, INDEX, MASK)),
  FAULT(
      must(CLASS, OUTCOME, REASON, SID),
      ADDR,
      WRITE,
      PASID_PRESENT,
      Field.PASID,
      FPD,
      QUALIFIED,
      INDEX),
  FAULT_RECORD(must(OUTCOME, INDEX, HI, LO)),
  INV_QUEUE_ERROR(must()),
  MSI(must(CAUSE, ADDR, DATA)),
  NOTIFY(
      must(WHY, TYPE, IOVA, TRANSLATED_ADDR, ADDR_MASK, PERM, DELIVERED),
      SID,
      AS_PASID,
      Field.PASID),
  NOTIFY_DELIVERED(must(IOVA, TRANSLATED_ADDR, ADDR_MASK, PERM)),
  NOTIFIER_REGISTERED(must(BUS, DEVFN, Field.PASID, FLAGS, RET)),
  SWITCH_AS(must(SID, Field.PASID, USE_IOMMU, PT, IR_FAULT_REGION)),
  AS_NEW(must(BUS, DEVFN, Field.PASID)),
  IR_BEGIN(must(SID, ADDR, DATA, DO_FAULT, INTR_ENABLED)),
  IR_END(must(OK), ADDR, DATA, RET),
  IR_RANGE_ACCESS(must(SID, Field.PASID, ADDR, ARG)),
  IR_RANGE_ACCESS_END(must()),
  IR_TRANSLATED_ACCESS(must(SID, Field.PASID, ADDR, ARG)),
  IR_TRANSLATED_ACCESS_END(must()),
  ATS_BEGIN(must(SID, Field.PASID, PRIV, EXEC, ADDR, LEN, NO_WRITE, MAX_RESULTS)),
  ATS_END(must(RET, ERR_COUNT, RESULTS)),
  PRI_BEGIN(must(SID, Field.PASID, PRIV, EXEC, ADDR, LPIG, PRGI, READ, WRITE)),
  PRI_END(must(RET)),
  PAGE_GROUP_RESPONSE(must(SID, Field.PASID, PRGI, CODE, DELIVERED)),
  PRI_RESPONSE_DELIVERED(must(PRGI, CODE)),
  REPLAY_BEGIN(must(SID, Field.PASID, ADDR, ARG)),
  REPLAY_END(must()),
  GUEST_WRITE(must(ADDR, LEN, DATA)),
  DMA_BEGIN(must(SID, Field.PASID, IOVA, LEN, WRITE, AT, VALUE)),
  DMA_END(must(Field.MEMTX, VALUE)),
  HOST_OPEN(must(DEVID, SID, HWPT, HWPT_FLAGS, HWPT_CREATED)),
  HOST_CLOSE(must(DEVID, SID, HWPT, ATTACHMENTS, NESTED_LEFT, DEFAULT_FREE_RET)),
  HIOD_SET(
      must(
          BUS,
          DEVFN,
          SID,
          KIND,
          DEVID,
          HWPT,
          IOMMU_TYPE,
          CAP_REG,
          ECAP_REG,
          VTD_FLAGS,
          HW_CAPS,
          MAX_PASID_LOG2,
          AW_BITS,
          AW_FAILS,
          BEHIND_ALIAS,
          OK,
          ERROR)),
  HIOD_UNSET(must(BUS, DEVFN, SID, DEVID, WAS_SET, BINDINGS_DROPPED)),
  HOST_FAIL(must(KIND, N, ERRNO)),
  HOST_STATE(must(DEVICES, HWPTS)),
  HOST_HWPT_ALLOC(
      must(DEVID, PARENT, FLAGS, DATA_TYPE, DATA_LEN, S1_FLAGS, ADDR_WIDTH, PGTBL_ADDR, RET, ID)),
  HOST_HWPT_FREE(must(ID, RET)),
  HOST_ATTACH(must(DEVID, SID, Field.PASID, HWPT, MODE, OLD_HWPT, RET)),
  HOST_DETACH(must(DEVID, SID, Field.PASID, OLD_HWPT, RET)),
  HOST_INVALIDATE(
      must(HWPT, DATA_TYPE, ENTRY_LEN, ADDR, NPAGES, FLAGS, ENTRY_NUM, ENTRY_NUM_OUT, RET)),
  HOST_IOCTL(must(REQ, RET)),
  HOST_MESSAGE(must(TEXT)),
  POST_LOAD_BEGIN(
      must(),
      ROOT,
      IQ,
      IQ_HEAD,
      IQ_TAIL,
      IQ_SIZE,
      NEXT_FRCD_REG,
      DMAR_ENABLED,
      QI_ENABLED,
      INTR_ENABLED,
      INTR_ROOT),
  POST_LOAD_END(must(RET)),
  TRUNCATED(must(LIMIT), INTERLEAVED_EVENTS),
  EOF(must(INTERLEAVED_EVENTS));

  static final EventType[] ALL = values();
  static final Symbols SYMBOLS =
      new Symbols(Arrays.stream(ALL).map(EventType::text).toArray(String[]::new));

  /** As many fields, beside seq and op, as every type but a few rare ones has. */
  static final int USUAL_FIELDS = 12;

  /** Fields in the order in which they are kept and written. */
  final Field[] fields;

  /** How many of {@link #fields} a line must have. */
  final int required;

  /** Place in {@link #fields} by the field's ordinal; -1: the type has no such field. */
  private final byte[] places = new byte[Field.ALL.length];

  EventType(List<Field> required, Field... optional) {
    this.required = required.size();
    fields = Arrays.copyOf(required.toArray(Field[]::new), required.size() + optional.length);
    System.arraycopy(optional, 0, fields, required.size(), optional.length);
    Arrays.fill(places, (byte) -1);
    for (int i = 0; i < fields.length; i++) {
      places[fields[i].ordinal()] = (byte) i;
    }
  }

  int place(Field field) {
    return places[field.ordinal()];
  }

  /** As in the format. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether the line begins something that an end line closes. */
  boolean opens() {
    return closing() != null;
  }

  /** The line that ends what this one began; null: it begins nothing. */
  EventType closing() {
    return switch (this) {
      case MMIO_WRITE -> MMIO_WRITE_END;
      case TRANSLATE_BEGIN -> TRANSLATE_END;
      case IR_BEGIN -> IR_END;
      case IR_RANGE_ACCESS -> IR_RANGE_ACCESS_END;
      case IR_TRANSLATED_ACCESS -> IR_TRANSLATED_ACCESS_END;
      case ATS_BEGIN -> ATS_END;
      case PRI_BEGIN -> PRI_END;
      case REPLAY_BEGIN -> REPLAY_END;
      case DMA_BEGIN -> DMA_END;
      case POST_LOAD_BEGIN -> POST_LOAD_END;
      default -> null;
    };
  }

  /** Whether the line ends what another one began. */
  boolean closes() {
    return switch (this) {
      case MMIO_WRITE_END,
          TRANSLATE_END,
          IR_END,
          IR_RANGE_ACCESS_END,
          IR_TRANSLATED_ACCESS_END,
          ATS_END,
          PRI_END,
          REPLAY_END,
          DMA_END,
          POST_LOAD_END ->
          true;
      default -> false;
    };
  }

  /** Whether the line may stand outside an operation, told later what it belongs to. */
  boolean mayBeLoose() {
    return switch (this) {
      case MEM_READ,
          SWITCH_AS,
          NOTIFY,
          NOTIFY_DELIVERED,
          IOTLB_REMOVE,
          CC_RESET,
          PASID_CACHE_RESET,
          HOST_HWPT_ALLOC,
          HOST_HWPT_FREE,
          HOST_ATTACH,
          HOST_DETACH,
          HOST_INVALIDATE,
          HOST_IOCTL,
          HOST_MESSAGE ->
          true;
      default -> false;
    };
  }

  /** Whether the line never stands inside an operation. */
  boolean standsAlone() {
    return switch (this) {
      case HEADER,
          CONFIG,
          RESET,
          EOF,
          TRUNCATED,
          GUEST_WRITE,
          NOTIFIER_REGISTERED,
          MMIO_READ,
          HIOD_SET,
          HIOD_UNSET,
          HOST_OPEN,
          HOST_CLOSE,
          HOST_FAIL,
          HOST_STATE ->
          true;
      default -> false;
    };
  }

  private static List<Field> must(Field... fields) {
    return List.of(fields);
  }
}
