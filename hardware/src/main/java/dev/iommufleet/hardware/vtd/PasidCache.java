package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.vtd.Fact.PasidAction;
import dev.iommufleet.hardware.vtd.Fact.PasidScope;
import dev.iommufleet.hardware.vtd.spec.PasidEntry;
import java.util.Arrays;

/** Cached PASID entries by address space, and what an invalidation does to them. [INV-7.1] */
final class PasidCache {
  private final Core core;
  private final Tables tables;
  private final Selector selector;
  private final Listeners listeners;
  private final long[] context = new long[4];
  private final long[] fresh = new long[8];

  PasidCache(Core core, Tables tables, Selector selector, Listeners listeners) {
    this.core = core;
    this.tables = tables;
    this.selector = selector;
    this.listeners = listeners;
  }

  void empty() {
    if (core.tracing()) {
      core.emit(new Fact.PasidCacheEmptied());
    }
    for (AddressSpace space : core.spaces.all()) {
      drop(space);
    }
  }

  /** Domain id and PASID count as {@code scope} says. */
  void invalidate(PasidScope scope, int domainId, int pasid) {
    if (!isOn()) {
      return;
    }
    if (core.tracing()) {
      core.emit(new Fact.PasidCacheSynced(scope, domainId, pasid));
    }
    for (AddressSpace space : core.spaces.all()) {
      if (core.has(Quirk.PASID_COPY_STALE)) {
        syncAsReference(space, scope, domainId, pasid);
      } else {
        sync(space, scope, domainId, pasid);
      }
    }
  }

  /** After a device-selective context invalidation: one space, whatever its domain. */
  void syncFunction(AddressSpace space) {
    if (!isOn()) {
      return;
    }
    if (!core.has(Quirk.PASID_COPY_STALE)) {
      sync(space, PasidScope.GLOBAL, 0, 0);
    } else if (core.capabilities.firstStage()) {
      syncAsReference(space, PasidScope.GLOBAL, 0, 0);
    }
  }

  private boolean isOn() {
    return core.scalable() && core.translating();
  }

  /** A cached entry that matches goes; the next request reads it anew. */
  private void sync(AddressSpace space, PasidScope scope, int domainId, int pasid) {
    long[] cached = space.pasidEntry();
    if (cached == null || !matches(space, cached, scope, domainId, pasid)) {
      return;
    }
    trace(space, PasidAction.INVALIDATED, new long[0]);
    drop(space);
    listeners.sync(space);
  }

  private static boolean matches(
      AddressSpace space, long[] entry, PasidScope scope, int domainId, int pasid) {
    boolean sameDomain = PasidEntry.domainId(entry[1]) == domainId;
    return switch (scope) {
      case GLOBAL -> true;
      case DOMAIN -> sameDomain;
      case PASID -> sameDomain && space.pasid == pasid;
    };
  }

  /** The steps of the reference, with the copy that it forgets to renew. [INV-7.2] */
  private void syncAsReference(AddressSpace space, PasidScope scope, int domainId, int pasid) {
    if (readFresh(space) != Fault.NONE) {
      if (space.pasidEntry() == null) {
        trace(space, PasidAction.ABSENT, new long[0]);
        return;
      }
      trace(space, PasidAction.INVALIDATED, new long[0]);
      drop(space);
      listeners.unmapAll(space);
      selector.select(space);
    }
    long[] cached = space.pasidEntry();
    if (!matches(space, cached != null ? cached : fresh, scope, domainId, pasid)) {
      return;
    }
    if (cached == null) {
      trace(space, PasidAction.FILLED, fresh);
      store(space);
    } else if (Arrays.equals(cached, fresh)) {
      trace(space, PasidAction.UNCHANGED, fresh);
      return;
    } else {
      trace(space, PasidAction.CHANGED, fresh);
    }
    selector.select(space);
    listeners.sync(space);
  }

  private int readFresh(AddressSpace space) {
    int reason = tables.context(space.sourceId, context);
    if (reason != Fault.NONE) {
      Arrays.fill(fresh, 0);
      return reason;
    }
    return tables.pasid(context, space.pasid, fresh);
  }

  private void store(AddressSpace space) {
    space.cachePasidEntry(fresh);
    core.emit(new Fact.PasidEntryCached(space.sourceId, space.pasid, fresh.clone()));
  }

  private void drop(AddressSpace space) {
    if (space.pasidEntry() != null) {
      space.dropPasidEntry();
      core.emit(new Fact.PasidEntryDropped(space.sourceId, space.pasid));
    }
  }

  private void trace(AddressSpace space, PasidAction action, long[] entry) {
    if (core.tracing()) {
      core.emit(new Fact.PasidEntrySynced(space.sourceId, space.pasid, action, entry.clone()));
    }
  }
}
