package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.vtd.Fact.NotifyReason;
import dev.iommufleet.hardware.vtd.Fact.NotifyType;
import dev.iommufleet.hardware.vtd.spec.AddressWidth;
import dev.iommufleet.hardware.vtd.spec.ContextEntry;
import dev.iommufleet.hardware.vtd.spec.PageTable;
import dev.iommufleet.hardware.vtd.spec.PasidEntry;
import dev.iommufleet.hardware.vtd.spec.SecondStageEntry;

/**
 * Tells listeners of an address space what became mapped and unmapped: the shadow mode under
 * caching mode, and unmap messages. [TRN-11.1]
 */
final class Listeners {
  /** Table reads that one operation may spend on shadow walks: a guest may tie tables in knots. */
  static final int MAX_TABLE_READS = 4_194_304;

  private static final long EVERYTHING = -1L;

  private final Core core;
  private final Tables tables;
  private final Walker walker;
  private final long[] context = new long[4];
  private final long[] entry = new long[8];

  Listeners(Core core, Tables tables, Walker walker) {
    this.core = core;
    this.tables = tables;
    this.walker = walker;
  }

  // ---- messages ----

  private record Message(NotifyReason reason, NotifyType type, long iova, long mask) {}

  private void send(AddressSpace space, Message message, long address, int permissions) {
    int flag =
        switch (message.type()) {
          case MAP -> Notifiers.MAP;
          case UNMAP -> Notifiers.UNMAP;
          case DEVICE_TLB_UNMAP -> Notifiers.DEVICE_TLB_UNMAP;
        };
    emit(space, message, address, permissions, space.countNotifiers(flag));
  }

  private void emit(
      AddressSpace space, Message message, long address, int permissions, int delivered) {
    core.emit(
        new Fact.Notified(
            message.reason(),
            message.type(),
            space.sourceId,
            space.pasid,
            message.iova(),
            address,
            message.mask(),
            permissions,
            space.pasid,
            delivered));
  }

  /** Every listener is told that nothing is mapped, and what was told before is forgotten. */
  void unmapAll(AddressSpace space) {
    long mask = core.addressMask;
    for (int flags : space.notifiers()) {
      var message = new Message(NotifyReason.UNMAP_ALL, NotifyType.UNMAP, 0, mask);
      emit(space, message, 0, Access.NONE, (flags & Notifiers.UNMAP) != 0 ? 1 : 0);
      forget(space, 0, mask);
    }
  }

  void unmapAllSpaces() {
    for (AddressSpace space : core.spaces.all()) {
      unmapAll(space);
    }
  }

  private void unmapRange(AddressSpace space) {
    for (int flags : space.notifiers()) {
      var message = new Message(NotifyReason.UNMAP_RANGE, NotifyType.UNMAP, 0, EVERYTHING);
      emit(space, message, 0, Access.NONE, (flags & Notifiers.UNMAP) != 0 ? 1 : 0);
    }
  }

  /** {@code size} in bytes, 0 means everything. */
  void deviceTlb(AddressSpace space, long address, long size) {
    var message =
        new Message(NotifyReason.DEVICE_TLB, NotifyType.DEVICE_TLB_UNMAP, address, size - 1);
    send(space, message, 0, Access.NONE);
  }

  // ---- synchronisation ----

  void syncAll() {
    for (AddressSpace space : core.spaces.all()) {
      sync(space);
    }
  }

  /** Brings the listeners of a space up to date after a change of unknown extent. */
  void sync(AddressSpace space) {
    if (!space.hasNotifiers()) {
      return;
    }
    if (!space.hasMapNotifier()) {
      unmapRange(space);
      return;
    }
    int reason = tables.context(space.sourceId, context);
    if (reason == Fault.NONE) {
      walk(space, 0, EVERYTHING, NotifyReason.SYNC);
    } else if (reason == Fault.CONTEXT_ABSENT || reason == 0x41) {
      unmapAll(space);
    }
  }

  /** Spaces whose domain is {@code domainId} now; {@code pasid} -1: whatever theirs is. */
  void syncDomain(int domainId, int pasid) {
    for (AddressSpace space : core.spaces.all()) {
      if (space.hasNotifiers()
          && (pasid < 0 || space.pasid == pasid)
          && isInDomain(space, domainId)
          && (pasid < 0 || !core.capabilities.firstStage() || !space.hasMapNotifier())) {
        sync(space);
      }
    }
  }

  /** A page-selective invalidation: {@code pages} is log2 of their number. */
  void syncPages(int domainId, int pasid, long address, int pages) {
    long size = 0x1000L << pages;
    for (AddressSpace space : core.spaces.all()) {
      if (!space.hasNotifiers() || space.pasid != pasid || !isInDomain(space, domainId)) {
        continue;
      }
      if (!space.hasMapNotifier()) {
        var message = new Message(NotifyReason.PAGE_SELECTIVE, NotifyType.UNMAP, address, size - 1);
        send(space, message, 0, Access.NONE);
      } else if (!core.capabilities.firstStage() || !core.scalable()) {
        walk(space, address, address + size, NotifyReason.SYNC);
      }
    }
  }

  private boolean isInDomain(AddressSpace space, int domainId) {
    return tables.context(space.sourceId, context) == Fault.NONE
        && tables.domainId(context, space.pasid) == domainId;
  }

  /** Tells the listeners everything anew, as if nothing had been told. */
  void replay(AddressSpace space) {
    forget(space, 0, EVERYTHING);
    if (space.hasMapNotifier() && tables.context(space.sourceId, context) == Fault.NONE) {
      walk(space, 0, EVERYTHING, NotifyReason.REPLAY);
    }
  }

  // ---- shadow walk ----

  /** {@code end} is exclusive; {@link #EVERYTHING} reaches the end of the input range. */
  private void walk(AddressSpace space, long start, long end, NotifyReason reason) {
    boolean scalable = core.scalable();
    if (scalable) {
      tables.pasid(context, space.pasid, entry);
    }
    boolean firstStage = scalable && core.capabilities.firstStage();
    int widthCode =
        scalable
            ? PasidEntry.addressWidthCode(entry[0])
            : ContextEntry.addressWidthCode(context[1]);
    long table = firstStage ? PasidEntry.firstStagePointer(entry[2]) : secondStageTable(scalable);
    long limit = 1L << walker.inputBits(widthCode);
    if (Long.compareUnsigned(start, limit - 1) > 0) {
      return;
    }
    long last = Long.compareUnsigned(end, limit - 1) > 0 ? limit : end;
    int top = firstStage ? 4 : AddressWidth.levels(widthCode);
    var shadow = new ShadowWalk(space, reason);
    if (top <= 4) {
      shadow.level(table, start, last, top, true, true);
    }
  }

  private long secondStageTable(boolean scalable) {
    return scalable ? PasidEntry.secondStagePointer(entry[0]) : ContextEntry.pointer(context[0]);
  }

  private void forget(AddressSpace space, long iova, long mask) {
    if (space.overlapping(iova, mask) != null) {
      space.unmap(iova, mask);
      core.emit(new Fact.ShadowUnmapped(space.sourceId, space.pasid, iova, mask));
    }
  }

  /** One walk over second-stage tables, comparing with what listeners were told. */
  private final class ShadowWalk {
    private final AddressSpace space;
    private final NotifyReason reason;
    private boolean cut;

    ShadowWalk(AddressSpace space, NotifyReason reason) {
      this.space = space;
      this.reason = reason;
    }

    void level(long table, long start, long end, int level, boolean reads, boolean writes) {
      long mask = PageTable.offsetMask(level);
      for (long iova = start; iova < end; iova = (iova & ~mask) + mask + 1) {
        if (core.tableReads() > MAX_TABLE_READS) {
          giveUp(iova);
          return;
        }
        long pte = walker.entry(table, iova, level);
        if (pte == -1 || walker.isSecondStageReserved(pte, level)) {
          continue;
        }
        boolean canRead = reads && SecondStageEntry.read(pte);
        boolean canWrite = writes && SecondStageEntry.write(pte);
        boolean valid = canRead || canWrite;
        if (valid && !SecondStageEntry.leaf(pte, level)) {
          long next = Math.min((iova & ~mask) + mask + 1, end);
          level(walker.address(pte), iova, next, level - 1, canRead, canWrite);
        } else if (valid) {
          int rights = (canRead ? Access.READ : 0) | (canWrite ? Access.WRITE : 0);
          mapped(iova & ~mask, new AddressSpace.Mapping(mask, walker.address(pte), rights));
        } else {
          unmapped(iova & ~mask, mask);
        }
      }
    }

    private void giveUp(long iova) {
      if (!cut) {
        cut = true;
        core.emit(new Fact.WalkCut(space.sourceId, space.pasid, iova));
      }
    }

    private void mapped(long iova, AddressSpace.Mapping mapping) {
      var old = space.overlapping(iova, mapping.mask());
      if (old != null) {
        if (old.getKey() == iova && old.getValue().equals(mapping)) {
          return;
        }
        var unmap = new Message(reason, NotifyType.UNMAP, iova, mapping.mask());
        send(space, unmap, mapping.address(), Access.NONE);
        forget(space, iova, mapping.mask());
      }
      space.map(iova, mapping);
      core.emit(
          new Fact.ShadowMapped(
              space.sourceId,
              space.pasid,
              iova,
              mapping.mask(),
              mapping.address(),
              mapping.permissions()));
      var map = new Message(reason, NotifyType.MAP, iova, mapping.mask());
      send(space, map, mapping.address(), mapping.permissions());
    }

    private void unmapped(long iova, long mask) {
      if (space.overlapping(iova, mask) != null) {
        forget(space, iova, mask);
        send(space, new Message(reason, NotifyType.UNMAP, iova, mask), 0, Access.NONE);
      }
    }
  }
}
