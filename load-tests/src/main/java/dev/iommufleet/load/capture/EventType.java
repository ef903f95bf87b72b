package dev.iommufleet.load.capture;

import static dev.iommufleet.load.capture.Field.*;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a line tells, named as in the format, with the fields that it must and may have. */
enum EventType {
  HEADER(must(FORMAT, QEMU)),
  CONFIG(must(PHASE, PROPS, REG_BASE, REG_SIZE, CAP, ECAP, IOTLB_MAX, Field.REGS)),
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
  TRUNCATED(must(LIMIT), INTERLEAVED_EVENTS),
  EOF(must(INTERLEAVED_EVENTS));

  static final EventType[] ALL = values();
  static final Symbols SYMBOLS =
      new Symbols(Arrays.stream(ALL).map(EventType::text).toArray(String[]::new));

  /** The most fields that a type has, beside seq and op. */
  static final int MAX_FIELDS = 12;

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
          DMA_END ->
          true;
      default -> false;
    };
  }

  private static List<Field> must(Field... fields) {
    return List.of(fields);
  }
}
