package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.vtd.Fact.IotlbScope;
import dev.iommufleet.hardware.vtd.Fact.PasidScope;
import dev.iommufleet.hardware.vtd.spec.ContextEntry;

/** What invalidations do, whether they come through registers or through the queue. [INV-5.1] */
final class Invalidator {
  /** Bits of device and function that a function mask ignores. */
  private static final int[] IGNORED = {0, 4, 6, 7};

  private final Core core;
  private final Selector selector;
  private final Listeners listeners;
  private final PasidCache pasidCache;
  private final Bindings bindings;

  Invalidator(
      Core core, Selector selector, Listeners listeners, PasidCache pasidCache, Bindings bindings) {
    this.core = core;
    this.selector = selector;
    this.listeners = listeners;
    this.pasidCache = pasidCache;
    this.bindings = bindings;
  }

  // ---- everything ----

  /** Root pointer, translation enable and reset empty every cache. */
  void emptyCaches() {
    iotlb(IotlbScope.ALL, 0, 0, 0, 0);
    core.spaces.dropContexts();
    core.emit(new Fact.ContextCacheEmptied());
    pasidCache.empty();
    bindings.reset();
  }

  /** Cached PASID entries and bindings; domain id and PASID count as {@code scope} says. */
  void pasids(PasidScope scope, int domainId, int pasid) {
    pasidCache.invalidate(scope, domainId, pasid);
    bindings.sync(scope, domainId, pasid);
  }

  /** Caches emptied and every address space chosen anew. */
  void startOver() {
    emptyCaches();
    listeners.unmapAllSpaces();
    selector.selectAll();
    pasids(PasidScope.GLOBAL, 0, 0);
  }

  // ---- context cache ----

  void contextsGlobal() {
    core.spaces.dropContexts();
    core.emit(new Fact.ContextsInvalidated(true, 0, 0));
    listeners.unmapAllSpaces();
    selector.selectAll();
    listeners.syncAll();
    if (replays()) {
      pasids(PasidScope.GLOBAL, 0, 0);
    }
  }

  void contextsOfDomain(int domainId) {
    if (core.has(Quirk.CONTEXT_DOMAIN_IS_GLOBAL)) {
      contextsGlobal();
      return;
    }
    for (AddressSpace space : core.spaces.all()) {
      long[] cached = core.spaces.context(space);
      if (cached != null && (core.scalable() || ContextEntry.domainId(cached[1]) == domainId)) {
        core.spaces.dropContext(space);
        core.emit(new Fact.ContextsInvalidated(false, space.sourceId, 0));
        listeners.sync(space);
      }
    }
    if (replays()) {
      pasids(PasidScope.GLOBAL, 0, 0);
    }
  }

  void contextsOfFunctions(int sourceId, int functionMask) {
    core.emit(new Fact.ContextsInvalidated(false, sourceId, functionMask));
    boolean replaysAll = core.config.policy() == InvalidationPolicy.GLOBAL_REPLAY;
    for (AddressSpace space : core.spaces.all()) {
      if (selects(sourceId, functionMask, space.sourceId)) {
        core.spaces.dropContext(space);
        selector.select(space);
        listeners.sync(space);
        if (replays() && !replaysAll) {
          pasidCache.syncFunction(space);
        }
      }
    }
    if (replaysAll) {
      pasids(PasidScope.GLOBAL, 0, 0);
    } else if (core.config.policy() == InvalidationPolicy.DEVICE_REPLAY) {
      bindings.syncFunctions(sourceId, functionMask);
    }
  }

  static boolean selects(int sourceId, int functionMask, int other) {
    return ((sourceId ^ other) & ~IGNORED[functionMask]) == 0;
  }

  /** Whether the policy lets a context invalidation reach PASID bindings. */
  private boolean replays() {
    return switch (core.config.policy()) {
      case STRICT -> false;
      case EMULATOR, DEVICE_REPLAY, GLOBAL_REPLAY -> true;
    };
  }

  // ---- IOTLB ----

  void iotlbGlobal() {
    iotlb(IotlbScope.ALL, 0, 0, 0, 0);
    listeners.syncAll();
  }

  void iotlbDomain(int domainId) {
    iotlb(IotlbScope.DOMAIN, domainId, 0, 0, 0);
    listeners.syncDomain(domainId, -1);
  }

  /** {@code addressMask}: log2 of the page count, 0 to 18. */
  void iotlbPages(int domainId, long address, int addressMask) {
    iotlb(IotlbScope.PAGE, domainId, 0, address, addressMask);
    listeners.syncPages(domainId, 0, address, addressMask);
  }

  void pasidIotlb(int domainId, int pasid) {
    iotlb(IotlbScope.PASID, domainId, pasid, 0, 0);
    bindings.flush(domainId, pasid, 0, Command.ALL_PAGES, false);
    listeners.syncDomain(domainId, pasid);
  }

  /** {@code leaf}: only leaf entries changed. */
  void pasidIotlbPages(int domainId, int pasid, long address, int addressMask, boolean leaf) {
    iotlb(IotlbScope.PASID_PAGE, domainId, pasid, address, addressMask);
    bindings.flush(domainId, pasid, address, 1L << addressMask, leaf);
    listeners.syncPages(domainId, pasid, address, addressMask);
  }

  private void iotlb(IotlbScope scope, int domainId, int pasid, long address, int addressMask) {
    int removed = remove(core.iotlb, scope, domainId, pasid, address, addressMask);
    core.emit(new Fact.IotlbInvalidated(scope, domainId, pasid, address, addressMask, removed));
  }

  static int remove(
      Iotlb iotlb, IotlbScope scope, int domainId, int pasid, long address, int addressMask) {
    return switch (scope) {
      case ALL -> iotlb.invalidateAll();
      case DOMAIN -> iotlb.invalidateDomain(domainId);
      case PAGE -> iotlb.invalidatePage(domainId, address, addressMask);
      case PASID -> iotlb.invalidatePasid(domainId, pasid);
      case PASID_PAGE -> iotlb.invalidatePasidPage(domainId, pasid, address, addressMask);
    };
  }
}
