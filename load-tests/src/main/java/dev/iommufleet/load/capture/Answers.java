package dev.iommufleet.load.capture;

import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Reply;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The target's facts in the capture's terms. What no capture holds is left out. */
final class Answers {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int INVALID_RESPONSE = 1;
  private static final int FAILED_RESPONSE = 2;

  private final RegisterTracker registers;
  private final EventList events = new EventList();
  private Step step;

  Answers(RegisterTracker registers) {
    this.registers = registers;
  }

  /** The facts of one operation. */
  EventList of(Step step) {
    this.step = step;
    events.clear();
    var facts = step.facts();
    for (int i = 0; i < facts.size(); i++) {
      add(facts.get(i));
    }
    if (step.type.opens()) {
      registerChanges();
    }
    return events;
  }

  private void add(Fact fact) {
    switch (fact) {
      case Fact.RegistersChanged f -> registers.changed(f.offsets(), f.values());
      case Fact.Trace f -> trace(f);
      case Fact.Outcome f -> outcome(f);
      case Fact.IotlbFilled f ->
          on(EventType.IOTLB_INSERT, f.sourceId(), f.pasid())
              .put(Field.GFN, f.gfn())
              .put(Field.LEVEL, f.level())
              .put(Field.DID, f.domainId())
              .put(Field.PTE, f.pte())
              .put(Field.PERM, f.permissions())
              .put(Field.PGTT, f.stage());
      case Fact.IotlbInvalidated f ->
          event(EventType.IOTLB_REMOVE)
              .put(Field.SCOPE, Words.of(f.scope()))
              .put(Field.DID, f.domainId())
              .put(Field.PASID, pasid(f.pasid()))
              .put(Field.ADDR, f.address())
              .put(Field.AM, f.addressMask())
              .put(Field.REMOVED, f.removed());
      case Fact.ContextsInvalidated f ->
          event(EventType.CC_INVALIDATE)
              .put(Field.SCOPE, f.global() ? Word.GLOBAL : Word.DEVICE)
              .put(Field.SID, f.sourceId())
              .put(Field.FM, f.functionMask());
      case Fact.ContextCacheEmptied _ -> event(EventType.CC_RESET);
      case Fact.MemoryWritten f ->
          event(EventType.MEM_WRITE)
              .put(Field.KIND, Words.of(f.kind()))
              .put(Field.ADDR, f.address())
              .put(Field.LEN, f.bytes().length)
              .put(Field.DATA, f.bytes())
              .put(Field.MEMTX, f.failed());
      case Fact.AddressSpaceAdded f ->
          event(EventType.AS_NEW)
                  .put(Field.BUS, f.sourceId() >>> 8)
                  .put(Field.DEVFN, f.sourceId() & 0xFF)
                  .put(Field.PASID, pasid(f.pasid()))
                  .group =
              AddressSpaces.announcement(AddressSpaces.key(f.sourceId(), pasid(f.pasid())));
      case Fact.CommandPosted f -> step.calls(f).forEach(events::add);
      case Fact.Lasting _, Fact.Soft _ -> {}
    }
  }

  private void outcome(Fact.Outcome fact) {
    switch (fact) {
      case Fact.FaultDetected f -> fault(f);
      case Fact.FaultRecorded f ->
          event(EventType.FAULT_RECORD)
              .put(Field.OUTCOME, Words.of(f.outcome()))
              .put(Field.INDEX, f.index())
              .put(Field.HI, f.high())
              .put(Field.LO, f.low());
      case Fact.InterruptSent f ->
          event(EventType.MSI)
              .put(Field.CAUSE, Words.of(f.cause()))
              .put(Field.ADDR, f.address())
              .put(Field.DATA, f.data() & 0xFFFF_FFFFL);
      case Fact.Notified f -> notified(f);
      case Fact.PageGroupResponded f -> responded(f);
      case Fact.InterruptEntriesInvalidated f ->
          event(EventType.IEC_NOTIFY)
              .put(Field.GLOBAL, f.global())
              .put(Field.INDEX, f.index())
              .put(Field.MASK, f.mask());
      case Fact.QueueErrorRaised _ -> event(EventType.INV_QUEUE_ERROR);
      case Fact.WalkCut _ -> {} // The reference walks on; no capture has tables that large.
      case Fact.BindingLimitReached _ -> {} // Nor that many devices.
    }
  }

  private void fault(Fact.FaultDetected fact) {
    var details = fact.details();
    Event event =
        event(EventType.FAULT)
            .put(Field.CLASS, details.interrupt() ? Word.IR : Word.DMAR)
            .put(Field.OUTCOME, Words.of(fact.outcome()))
            .put(Field.REASON, details.reason())
            .put(Field.SID, details.sourceId());
    if (details.interrupt()) {
      event.put(Field.INDEX, details.index());
    } else {
      event
          .put(Field.ADDR, details.address())
          .put(Field.WRITE, details.write())
          .put(Field.PASID_PRESENT, details.pasidPresent())
          .put(Field.PASID, pasid(details.pasid()))
          .put(Field.FPD, details.fpd())
          .put(Field.QUALIFIED, details.qualified());
    }
  }

  private void notified(Fact.Notified fact) {
    long group = AddressSpaces.key(fact.sourceId(), pasid(fact.spacePasid()));
    Event event = event(EventType.NOTIFY);
    event.group = group;
    event.put(Field.WHY, Words.of(fact.reason())).put(Field.TYPE, Words.of(fact.type()));
    mapping(event, fact);
    event
        .put(Field.SID, fact.sourceId())
        .put(Field.AS_PASID, pasid(fact.spacePasid()))
        .put(Field.PASID, pasid(fact.pasid()))
        .put(Field.DELIVERED, fact.delivered());
    for (int i = 0; i < fact.delivered(); i++) {
      Event delivered = event(EventType.NOTIFY_DELIVERED);
      delivered.group = group;
      mapping(delivered, fact);
    }
  }

  private static void mapping(Event event, Fact.Notified fact) {
    event
        .put(Field.IOVA, fact.iova())
        .put(Field.TRANSLATED_ADDR, fact.address())
        .put(Field.ADDR_MASK, fact.mask())
        .put(Field.PERM, fact.permissions());
  }

  private void responded(Fact.PageGroupResponded fact) {
    on(EventType.PAGE_GROUP_RESPONSE, fact.sourceId(), fact.pasid())
        .put(Field.PRGI, fact.groupIndex())
        .put(Field.CODE, fact.code())
        .put(Field.DELIVERED, fact.delivered());
    if (fact.delivered()) {
      // The listener knows success, invalid, and failure for every other code.
      event(EventType.PRI_RESPONSE_DELIVERED)
          .put(Field.PRGI, fact.groupIndex())
          .put(Field.CODE, fact.code() <= INVALID_RESPONSE ? fact.code() : FAILED_RESPONSE);
    }
  }

  private void trace(Fact.Trace fact) {
    switch (fact) {
      case Fact.AddressSpaceSelected f -> {
        Event event = on(EventType.SWITCH_AS, f.sourceId(), f.pasid());
        event.group = AddressSpaces.key(f.sourceId(), pasid(f.pasid()));
        event
            .put(Field.USE_IOMMU, f.translated())
            .put(Field.PT, f.passThrough())
            .put(Field.IR_FAULT_REGION, f.windowFaults());
      }
      case Fact.PasidCacheEmptied _ -> event(EventType.PASID_CACHE_RESET);
      case Fact.PasidCacheSynced f ->
          event(EventType.PASID_CACHE_SYNC)
              .put(Field.TYPE, Words.of(f.scope()))
              .put(Field.DID, f.domainId())
              .put(Field.PASID, pasid(f.pasid()));
      case Fact.PasidEntrySynced f -> {
        Event event = on(EventType.PASID_CACHE_ENTRY, f.sourceId(), f.pasid());
        event.group = AddressSpaces.key(f.sourceId(), pasid(f.pasid()));
        event.put(Field.ACTION, Words.of(f.action())).put(Field.ENTRY, bytes(f.entry()));
      }
      case Fact.Translated f -> nested(f);
      case Fact.Remapped f -> nested(f);
      case Fact.WindowRefused f -> nested(f.request());
    }
  }

  private void nested(Fact.Translated fact) {
    var request = fact.request();
    on(EventType.TRANSLATE_BEGIN, request.sourceId(), request.pasid())
        .put(Field.IOVA, request.iova())
        .put(Field.FLAGS, request.access())
        .put(Field.WRITE, (request.access() & 2) != 0)
        .put(Field.ADDR_TYPE, Words.of(request.type()));
    translation(event(EventType.TRANSLATE_END), fact.answer());
  }

  private void nested(Fact.Remapped fact) {
    var request = fact.request();
    event(EventType.IR_BEGIN)
        .put(Field.SID, request.sourceId())
        .put(Field.ADDR, request.address())
        .put(Field.DATA, request.data() & 0xFFFF_FFFFL)
        .put(Field.DO_FAULT, request.recordFaults())
        .put(Field.INTR_ENABLED, registers.remapping());
    remapped(event(EventType.IR_END), fact.answer());
  }

  private void nested(Operation.AccessInterruptWindow request) {
    boolean translated = request.translated();
    on(
            translated ? EventType.IR_TRANSLATED_ACCESS : EventType.IR_RANGE_ACCESS,
            request.sourceId(),
            request.pasid())
        .put(Field.ADDR, request.address())
        .put(Field.ARG, request.write());
  }

  private void registerChanges() {
    long[] changes = registers.takeChanges();
    if (changes.length > 0) {
      event(EventType.REGS).put(Field.CHANGED, changes);
    }
  }

  static void translation(Event event, Reply.Translation answer) {
    event
        .put(Field.OK, answer.ok())
        .put(Field.SRC, Words.of(answer.source()))
        .put(Field.CC_HIT, answer.contextCacheHit())
        .put(Field.IOVA, answer.iova())
        .put(Field.TRANSLATED_ADDR, answer.address())
        .put(Field.ADDR_MASK, answer.mask())
        .put(Field.PERM, answer.permissions());
  }

  static void remapped(Event event, Reply.RemappedInterrupt answer) {
    event.put(Field.OK, answer.ok());
    if (answer.ok()) {
      event.put(Field.ADDR, answer.address()).put(Field.DATA, answer.data() & 0xFFFF_FFFFL);
    } else {
      event.put(Field.RET, Reply.Status.INVALID.errno());
    }
  }

  private Event event(EventType type) {
    return events.add().start(type, 0);
  }

  private Event on(EventType type, int sourceId, int pasid) {
    return event(type).put(Field.SID, sourceId).put(Field.PASID, pasid(pasid));
  }

  private static long pasid(int pasid) {
    return Math.max(pasid, 0);
  }

  private static byte[] bytes(long[] words) {
    byte[] bytes = new byte[words.length * Long.BYTES];
    for (int i = 0; i < words.length; i++) {
      LONG.set(bytes, i * Long.BYTES, words[i]);
    }
    return bytes;
  }
}
