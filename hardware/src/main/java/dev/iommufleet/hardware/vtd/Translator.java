package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.vtd.Operation.Translate;
import dev.iommufleet.hardware.vtd.Reply.Source;
import dev.iommufleet.hardware.vtd.Reply.Translation;
import dev.iommufleet.hardware.vtd.spec.ContextEntry;
import dev.iommufleet.hardware.vtd.spec.PageTable;
import dev.iommufleet.hardware.vtd.spec.PasidEntry;

/** Translates requests: IOTLB, context cache, PASID entry, walk. [TRN-2.1] [TRN-3.3] */
final class Translator {
  private static final long PAGE = ~0xFFFL;
  private static final int FIRST_STAGE = 1;
  private static final int SECOND_STAGE = 2;
  private static final int FULL_WIDTH = 48;

  private final Core core;
  private final Tables tables;
  private final Walker walker;
  private final Selector selector;
  private final FaultLog faults;

  private final long[] context = new long[4];
  private final long[] entry = new long[8];
  private boolean contextHit;
  private boolean fpd;

  Translator(Core core, Tables tables, Walker walker, Selector selector, FaultLog faults) {
    this.core = core;
    this.tables = tables;
    this.walker = walker;
    this.selector = selector;
    this.faults = faults;
  }

  Translation translate(Translate request) {
    contextHit = false;
    if (!core.translating()) {
      return identity(request, Source.DISABLED);
    }
    if (isPasidOutOfPlace(request)) {
      fpd = false;
      return tableFault(request, Fault.PASID_IN_LEGACY_MODE);
    }
    if (request.type() == AddressType.TRANSLATED && passesUnwalked()) {
      return translated(request);
    }
    int pasid = key(request.pasid());
    if (Core.isWindow(request.iova()) && isWindowRefused(request)) {
      fpd = false;
      return walkFault(request, windowReason(), false);
    }
    int slot = core.iotlb.find(request.sourceId(), pasid, request.iova() >>> 12);
    if (slot >= 0 && isUsable(slot, request, pasid)) {
      return hit(slot, request);
    }
    return miss(request, selector.space(request.sourceId(), pasid));
  }

  /** Requests without PASID are looked up as PASID 0 (RID_PASID is 0, ECAP.RPS is clear). */
  static int key(int pasid) {
    return Math.max(pasid, 0);
  }

  private boolean isPasidOutOfPlace(Translate request) {
    return request.pasid() != Access.NO_PASID
        && !core.scalable()
        && !core.has(Quirk.REQUEST_TYPE_UNCHECKED);
  }

  static boolean isWrite(Translate request) {
    return (request.access() & Access.WRITE) != 0;
  }

  // ---- answers without a walk ----

  private Translation identity(Translate request, Source source) {
    long page = request.iova() & PAGE;
    int rights = Access.READ | Access.WRITE;
    return new Translation(true, source, contextHit, page, page, 0xFFF, rights, Fault.NONE);
  }

  private static Translation failed(boolean contextHit, long mask, int reason) {
    return new Translation(false, Source.WALK, contextHit, 0, 0, mask, Access.NONE, reason);
  }

  private boolean passesUnwalked() {
    return core.scalable() || !core.has(Quirk.TRANSLATED_WALKED_IN_LEGACY);
  }

  /** The function holds a translation; whether it may is a matter of the context entry. */
  private Translation translated(Translate request) {
    if (core.has(Quirk.REQUEST_TYPE_UNCHECKED)) {
      return key(request.pasid()) == 0
          ? identity(request, Source.WALK)
          : failed(false, 0xFFF, Fault.NONE);
    }
    AddressSpace space = selector.space(request.sourceId(), key(request.pasid()));
    int reason = contextFor(space, request);
    return reason == Fault.NONE ? identity(request, Source.WALK) : tableFault(request, reason);
  }

  /**
   * Nothing is translated there for requests without PASID (they are interrupts) or with a
   * translation in hand. The reference aborts also on others; its profile answers them the same.
   */
  private boolean isWindowRefused(Translate request) {
    return key(request.pasid()) == 0
        || request.type() == AddressType.TRANSLATED
        || core.has(Quirk.WALK_IGNORES_PASID_STATUS);
  }

  // ---- IOTLB hit ----

  private boolean isUsable(int slot, Translate request, int pasid) {
    if (!core.has(Quirk.IOTLB_HIT_UNCHECKED) && !permits(slot, isWrite(request))) {
      return false;
    }
    return core.has(Quirk.IOTLB_IGNORES_DOMAIN)
        || core.iotlb.domainId(slot) == cachedDomainId(request.sourceId(), pasid);
  }

  private boolean permits(int slot, boolean write) {
    int wanted = write ? Access.WRITE : Access.READ;
    boolean granted = (core.iotlb.permissions(slot) & wanted) != 0;
    return granted
        && !(write
            && core.iotlb.stage(slot) == FIRST_STAGE
            && Walker.lacksDirty(core.iotlb.pte(slot)));
  }

  /** The domain that context and PASID cache hold for the space; -1 when they hold none. */
  private int cachedDomainId(int sourceId, int pasid) {
    AddressSpace space = core.spaces.find(sourceId, pasid);
    long[] cached = space == null ? null : core.spaces.context(space);
    if (cached == null) {
      return -1;
    }
    if (!core.scalable()) {
      return ContextEntry.domainId(cached[1]);
    }
    long[] pasidEntry = space.pasidEntry();
    return pasidEntry == null ? -1 : PasidEntry.domainId(pasidEntry[1]);
  }

  private Translation hit(int slot, Translate request) {
    int level = core.iotlb.level(slot);
    return found(request, Source.IOTLB, core.iotlb.pte(slot), level, core.iotlb.permissions(slot));
  }

  private Translation found(
      Translate request, Source source, long pte, int level, int permissions) {
    long mask = PageTable.offsetMask(level);
    int granted = isWrite(request) ? permissions : permissions & ~Access.WRITE;
    return new Translation(
        true,
        source,
        contextHit,
        request.iova() & ~mask,
        walker.address(pte) & ~mask,
        mask,
        granted,
        Fault.NONE);
  }

  // ---- IOTLB miss ----

  private Translation miss(Translate request, AddressSpace space) {
    int reason = structures(request, space);
    if (reason != Fault.NONE) {
      return tableFault(request, reason);
    }
    if (isPassThrough() && Core.isWindow(request.iova())) {
      return walkFault(request, windowReason(), false);
    }
    if (isPassThrough()) {
      passThroughMet(request.sourceId());
      return identity(request, Source.PASS_THROUGH);
    }
    boolean firstStage = walksFirstStage();
    reason = firstStage ? firstStage(request) : secondStage(request);
    if (reason == Fault.NONE && meetsWindow()) {
      reason = windowReason();
    }
    if (reason != Fault.NONE) {
      return walkFault(request, reason, firstStage);
    }
    fill(request, space.pasid, firstStage ? FIRST_STAGE : SECOND_STAGE);
    return found(request, Source.WALK, walker.leaf, walker.level, rights());
  }

  /** Context and PASID entry of the request, cached or read. */
  private int structures(Translate request, AddressSpace space) {
    int reason = contextFor(space, request);
    if (reason != Fault.NONE || !core.scalable()) {
      if (reason == Fault.NONE) {
        keepContext(space);
      }
      return reason;
    }
    reason = core.has(Quirk.WALK_IGNORES_PASID_STATUS) ? freshPasid(space) : cachedPasid(space);
    if (reason == Fault.NONE) {
      keepContext(space);
    }
    return reason;
  }

  private int contextFor(AddressSpace space, Translate request) {
    long[] cached = core.spaces.context(space);
    contextHit = cached != null;
    int reason = Fault.NONE;
    if (contextHit) {
      System.arraycopy(cached, 0, context, 0, 4);
    } else {
      reason = tables.context(space.sourceId, context);
    }
    fpd = ContextEntry.faultProcessingDisabled(context[0]);
    return reason == Fault.NONE ? requestTypeFault(request) : reason;
  }

  private void keepContext(AddressSpace space) {
    if (!contextHit) {
      core.spaces.cacheContext(space, context);
      core.emit(new Fact.ContextFilled(space.sourceId, space.pasid, context.clone()));
    }
  }

  /** Whether the context entry lets this kind of request through. */
  private int requestTypeFault(Translate request) {
    if (core.has(Quirk.REQUEST_TYPE_UNCHECKED)) {
      return Fault.NONE;
    }
    boolean ats = request.type() != AddressType.UNTRANSLATED;
    if (!core.scalable()) {
      boolean allowed = ContextEntry.translationType(context[0]) == ContextEntry.WITH_DEVICE_TLB;
      return ats && !allowed ? Fault.TYPE_BLOCKS_REQUEST : Fault.NONE;
    }
    if (ats && !ContextEntry.deviceTlbEnabled(context[0])) {
      return Fault.DEVICE_TLB_DISABLED;
    }
    boolean pasidRefused =
        request.pasid() != Access.NO_PASID && !ContextEntry.pasidEnabled(context[0]);
    return pasidRefused ? Fault.PASID_DISABLED : Fault.NONE;
  }

  /** As the reference does: read anew each time; what is wrong shows only while FPD is sought. */
  private int freshPasid(AddressSpace space) {
    int status = tables.pasid(context, space.pasid, entry);
    if (fpd) {
      return Fault.NONE;
    }
    if (tables.directoryFpd()) {
      fpd = true;
      return Fault.NONE;
    }
    if (status != Fault.NONE && status != Fault.PASID_ABSENT) {
      return status;
    }
    fpd = PasidEntry.faultProcessingDisabled(entry[0]);
    return Fault.NONE;
  }

  /** The PASID cache answers until an invalidation removes the entry. */
  private int cachedPasid(AddressSpace space) {
    long[] cached = space.pasidEntry();
    if (cached != null) {
      System.arraycopy(cached, 0, entry, 0, 8);
      fpd |= PasidEntry.faultProcessingDisabled(entry[0]);
      return Fault.NONE;
    }
    int status = tables.pasid(context, space.pasid, entry);
    fpd |= tables.directoryFpd() || PasidEntry.faultProcessingDisabled(entry[0]);
    if (status == Fault.NONE) {
      space.cachePasidEntry(entry);
      core.emit(new Fact.PasidEntryCached(space.sourceId, space.pasid, entry.clone()));
    }
    return status;
  }

  private boolean isPassThrough() {
    return core.scalable()
        ? PasidEntry.present(entry[0])
            && PasidEntry.translationType(entry[0]) == PasidEntry.PASS_THROUGH
        : ContextEntry.translationType(context[0]) == ContextEntry.PASS_THROUGH;
  }

  /** The function's DMA without PASID goes past translation from now on. [TRN-3.4] */
  private void passThroughMet(int sourceId) {
    AddressSpace space = core.spaces.find(sourceId, 0);
    if (space != null) {
      selector.select(space);
    }
  }

  private boolean walksFirstStage() {
    if (core.has(Quirk.WALKER_BY_CAPABILITY)) {
      return core.scalable() && core.capabilities.firstStage();
    }
    return core.scalable() && PasidEntry.translationType(entry[0]) == PasidEntry.FIRST_STAGE;
  }

  private int firstStage(Translate request) {
    if (PasidEntry.firstStageMode(entry[2]) != 0) {
      walker.level = 1; // Behind FPD the reference walks on and aborts.
      return Fault.PASID_INVALID;
    }
    int bits =
        core.has(Quirk.CANONICAL_WIDTH_FROM_AW)
            ? walker.inputBits(PasidEntry.addressWidthCode(entry[0]))
            : FULL_WIDTH;
    boolean ats = request.type() == AddressType.TRANSLATION_REQUEST;
    return walker.firstStage(
        new Walker.FirstStageRequest(
            PasidEntry.firstStagePointer(entry[2]), request.iova(), bits, isWrite(request), ats));
  }

  private int secondStage(Translate request) {
    boolean scalable = core.scalable();
    long table =
        scalable ? PasidEntry.secondStagePointer(entry[0]) : ContextEntry.pointer(context[0]);
    int widthCode =
        scalable
            ? PasidEntry.addressWidthCode(entry[0])
            : ContextEntry.addressWidthCode(context[1]);
    return walker.secondStage(table, widthCode, request.iova(), isWrite(request));
  }

  private boolean meetsWindow() {
    return Core.meetsWindow(walker.address(walker.leaf), PageTable.offsetMask(walker.level) + 1);
  }

  private int windowReason() {
    boolean scalable =
        core.has(Quirk.LEGACY_REASONS_IN_SCALABLE_MODE)
            ? core.capabilities.scalableMode()
            : core.scalable();
    return scalable ? Fault.WINDOW : Fault.WINDOW_LEGACY;
  }

  private int rights() {
    return (walker.reads ? Access.READ : 0) | (walker.writes ? Access.WRITE : 0);
  }

  private void fill(Translate request, int pasid, int stage) {
    int removed = core.iotlb.makeRoom();
    if (removed > 0) {
      core.emit(new Fact.IotlbInvalidated(Fact.IotlbScope.ALL, 0, 0, 0, 0, removed));
    }
    long gfn = (request.iova() & ~PageTable.offsetMask(walker.level)) >>> 12;
    int domainId =
        core.scalable() ? PasidEntry.domainId(entry[1]) : ContextEntry.domainId(context[1]);
    var filled =
        new Fact.IotlbFilled(
            request.sourceId(), pasid, gfn, walker.level, domainId, walker.leaf, rights(), stage);
    core.iotlb.insert(filled);
    core.emit(filled);
  }

  // ---- faults ----

  /** A fault of root, context, PASID directory or PASID entry. */
  private Translation tableFault(Translate request, int reason) {
    boolean named =
        !core.has(Quirk.TABLE_FAULT_WITHOUT_PASID) && request.pasid() != Access.NO_PASID;
    report(request, reason, named, false);
    return failed(contextHit, 0xFFF, reason);
  }

  private Translation walkFault(Translate request, int reason, boolean firstStage) {
    int shown = firstStage ? reason : tables.reason(reason);
    boolean named =
        core.has(Quirk.TABLE_FAULT_WITHOUT_PASID)
            ? key(request.pasid()) != 0
            : request.pasid() != Access.NO_PASID;
    report(request, shown, named, request.type() == AddressType.TRANSLATION_REQUEST);
    long mask = firstStage ? PageTable.offsetMask(walker.level) : 0xFFF;
    return failed(contextHit, mask, shown);
  }

  private void report(Translate request, int reason, boolean named, boolean ats) {
    faults.dma(
        new FaultLog.Dma(
            reason,
            request.sourceId(),
            request.iova(),
            request.access(),
            named,
            named ? key(request.pasid()) : 0,
            fpd,
            ats));
  }
}
