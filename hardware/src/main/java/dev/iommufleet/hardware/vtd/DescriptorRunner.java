package dev.iommufleet.hardware.vtd;

import static dev.iommufleet.hardware.vtd.Registers.*;

import dev.iommufleet.hardware.Guard;
import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.vtd.spec.Descriptor;
import dev.iommufleet.hardware.vtd.spec.DescriptorType;
import java.util.ArrayList;
import java.util.List;

/** What each descriptor does. [INV-4.1] */
final class DescriptorRunner {
  private static final int IWC = 1;

  private static final int ITESID_LSB = 0; // IQER [47:32]: upper word [15:0]
  private static final int ICESID_LSB = 16; // IQER [63:48]: upper word [31:16]

  private final Core core;
  private final Invalidator invalidator;
  private final Bindings bindings;
  private final Listeners listeners;
  private final FaultLog faults;
  private final EventInterrupt completion;

  DescriptorRunner(
      Core core, Invalidator invalidator, Bindings bindings, Listeners listeners, FaultLog faults) {
    this.core = core;
    this.invalidator = invalidator;
    this.bindings = bindings;
    this.listeners = listeners;
    this.faults = faults;
    this.completion = new EventInterrupt(core, IECTL, Fact.InterruptCause.INVALIDATION_COMPLETION);
  }

  /** False: a queue error. {@code low}, {@code high}: the descriptor's words, for a wait. */
  boolean run(Descriptor descriptor, int position, long low, long high) {
    core.descriptors[DescriptorType.of(descriptor).ordinal()]++;
    switch (descriptor) {
      case Descriptor.ContextCache c -> contexts(c);
      case Descriptor.Iotlb i -> iotlb(i);
      case Descriptor.DeviceTlb d -> deviceTlb(d);
      case Descriptor.InterruptEntryCache i ->
          core.emit(new Fact.InterruptEntriesInvalidated(i.global(), i.index(), i.indexMask()));
      case Descriptor.Wait w -> {
        return waitFor(w, position, low, high);
      }
      case Descriptor.PasidIotlb p -> pasidIotlb(p);
      case Descriptor.PasidCache p -> pasids(p);
      case Descriptor.PasidDeviceTlb p -> pasidDeviceTlb(p);
      case Descriptor.PageGroupResponse r -> respond(r);
    }
    return true;
  }

  private void contexts(Descriptor.ContextCache c) {
    switch (c.granularity()) {
      case GLOBAL -> invalidator.contextsGlobal();
      case DOMAIN -> invalidator.contextsOfDomain(c.domainId());
      case DEVICE -> invalidator.contextsOfFunctions(c.sourceId(), c.functionMask());
    }
  }

  private void iotlb(Descriptor.Iotlb i) {
    switch (i.granularity()) {
      case GLOBAL -> invalidator.iotlbGlobal();
      case DOMAIN -> invalidator.iotlbDomain(i.domainId());
      case PAGE -> invalidator.iotlbPages(i.domainId(), i.address(), i.addressMask());
    }
  }

  private void pasidIotlb(Descriptor.PasidIotlb p) {
    switch (p.granularity()) {
      case PASID -> invalidator.pasidIotlb(p.domainId(), p.pasid());
      case PAGE ->
          invalidator.pasidIotlbPages(
              p.domainId(), p.pasid(), p.address(), p.addressMask(), p.hint());
    }
  }

  private void pasids(Descriptor.PasidCache p) {
    switch (p.granularity()) {
      case GLOBAL -> invalidator.pasids(Fact.PasidScope.GLOBAL, 0, 0);
      case DOMAIN -> invalidator.pasids(Fact.PasidScope.DOMAIN, p.domainId(), 0);
      case PASID -> invalidator.pasids(Fact.PasidScope.PASID, p.domainId(), p.pasid());
    }
  }

  // ---- device TLB ----

  private void deviceTlb(Descriptor.DeviceTlb d) {
    long start = Descriptor.rangeStart(d.address(), d.sized());
    long size = Descriptor.rangeSize(d.address(), d.sized());
    AddressSpace space = core.spaces.find(d.sourceId(), 0);
    if (space != null) {
      listeners.deviceTlb(space, start, size);
    }
    sendTo(d.sourceId(), new Target(Access.NO_PASID, false, start, size));
  }

  private void pasidDeviceTlb(Descriptor.PasidDeviceTlb p) {
    long start = Descriptor.rangeStart(p.address(), p.sized());
    long size = Descriptor.rangeSize(p.address(), p.sized());
    for (AddressSpace space : core.spaces.all()) {
      boolean meant =
          p.allPasids() ? space.pasid != 0 && space.hasNotifiers() : space.pasid == p.pasid();
      if (space.sourceId == p.sourceId() && meant) {
        listeners.deviceTlb(space, start, size);
      }
    }
    sendTo(p.sourceId(), new Target(p.pasid(), p.allPasids(), start, size));
  }

  /** Whether the function it is for takes one more open invalidation now. */
  boolean hasRoom(Descriptor descriptor) {
    if (core.devices.outstanding() >= Devices.MOST_OUTSTANDING) {
      return false;
    }
    return switch (descriptor) {
      case Descriptor.DeviceTlb d -> hasRoom(d.sourceId(), d.maxOutstanding());
      case Descriptor.PasidDeviceTlb p -> hasRoom(p.sourceId(), p.maxOutstanding());
      case Descriptor.ContextCache _,
          Descriptor.Iotlb _,
          Descriptor.InterruptEntryCache _,
          Descriptor.Wait _,
          Descriptor.PasidIotlb _,
          Descriptor.PasidCache _,
          Descriptor.PageGroupResponse _ ->
          true;
    };
  }

  /** {@code maxOutstanding} 0 means 32. */
  private boolean hasRoom(int sourceId, int maxOutstanding) {
    int most = maxOutstanding == 0 ? Functions.ITAGS : maxOutstanding;
    return core.functions.openAt(sourceId) < most;
  }

  private record Target(int pasid, boolean allPasids, long address, long size) {}

  /** To a function that answers later, or to one that is not there. */
  private void sendTo(int sourceId, Target target) {
    boolean present = core.functions.isAttached(sourceId);
    if (present ? core.functions.answersAtOnce(sourceId) : silentlyAbsent(sourceId)) {
      return;
    }
    int itag = core.functions.freeItag(sourceId);
    core.functions.sent(sourceId, itag);
    core.emit(
        new Fact.InvalidationSent(
            sourceId, itag, target.pasid(), target.allPasids(), target.address(), target.size()));
    Device device = core.devices.find(sourceId);
    if (device != null && !device.detaching()) {
      bindings.post(
          device,
          new Command.InvalidateTlb(
              itag, target.pasid(), target.allPasids(), target.address(), target.size()));
    }
  }

  /** The address space of a function that never left stands for one with an empty device TLB. */
  private boolean silentlyAbsent(int sourceId) {
    return core.has(Quirk.ABSENT_FUNCTION_COMPLETES)
        || core.spaces.find(sourceId, 0) != null && !core.functions.hasLeft(sourceId);
  }

  /** Nobody will answer what was sent to functions that are not there. */
  void expireAbsent() {
    List<Integer> absent = new ArrayList<>();
    for (Functions.Open open : core.functions.open()) {
      if (!core.functions.isAttached(open.sourceId()) && !absent.contains(open.sourceId())) {
        absent.add(open.sourceId());
      }
    }
    absent.forEach(this::timeOut);
  }

  /** The function's open invalidations ran into their time-out: ITE. [INV-2.6] */
  void timeOut(int sourceId) {
    if (endAll(sourceId, false) > 0) {
      invalidationFailed(sourceId);
    }
  }

  /** The function is gone without notice: what is open there will never be answered. */
  void lost(int sourceId) {
    if (core.functions.openAt(sourceId) > 0) {
      timeOut(sourceId);
    }
  }

  /** ITE names the function; no wait that was fetched completes. [INV-2.6] */
  void invalidationFailed(int sourceId) {
    int status = core.registers.get(FSTS);
    if ((status & FaultLog.ITE) == 0) {
      core.registers.update(IQER + 4, 0xFFFF << ITESID_LSB, sourceId << ITESID_LSB);
    }
    core.registers.update(FSTS, 0, FaultLog.ITE);
    discardWait();
    faults.raise(status);
  }

  /** Answers of a function; an unknown ITag is ICE. */
  void completed(int sourceId, int itagVector) {
    for (int itag = 0; itag < 32; itag++) {
      if ((itagVector & 1 << itag) == 0) {
        continue;
      }
      if (core.functions.find(sourceId, itag) == null) {
        completionError(sourceId);
      } else {
        end(sourceId, itag, true);
      }
    }
  }

  private void completionError(int sourceId) {
    int status = core.registers.get(FSTS);
    if ((status & FaultLog.ICE) == 0) {
      core.registers.update(IQER + 4, 0xFFFF << ICESID_LSB, sourceId << ICESID_LSB);
    }
    core.registers.update(FSTS, 0, FaultLog.ICE);
    faults.raise(status);
  }

  /** Ends what is open at a function; returns how many there were. */
  int endAll(int sourceId, boolean completed) {
    List<Integer> itags = new ArrayList<>();
    for (Functions.Open open : core.functions.open()) {
      if (open.sourceId() == sourceId) {
        itags.add(open.itag());
      }
    }
    itags.forEach(itag -> end(sourceId, itag, completed));
    return itags.size();
  }

  private void end(int sourceId, int itag, boolean completed) {
    core.functions.ended(sourceId, itag);
    core.emit(new Fact.InvalidationEnded(sourceId, itag, completed));
    Device device = core.devices.find(sourceId);
    if (device != null) {
      device.invalidationEnded(itag);
    }
  }

  /** What was answered is forgotten. */
  void settle() {
    bindings.settle();
  }

  /** Queue disabled or reset: nothing that is open will have an effect. */
  void abort() {
    List<Functions.Open> all = new ArrayList<>();
    core.functions.open().forEach(all::add);
    all.forEach(open -> end(open.sourceId(), open.itag(), false));
    discardWait();
  }

  // ---- wait ----

  private boolean waitFor(Descriptor.Wait wait, int position, long low, long high) {
    if (wait.drainPageRequests() && !core.has(Quirk.DRAIN_IS_NO_BARRIER)) {
      drain();
    }
    if (isOpen()) {
      core.functions.pend(new Functions.Wait(position, low, high));
      core.emit(new Fact.WaitPended(position, low, high));
      return true;
    }
    bindings.settle();
    return complete(wait);
  }

  @Guard(value = "wait-pends", without = "false")
  private boolean isOpen() {
    return core.functions.isAnyOpen() || core.devices.isAnyOpen();
  }

  /** What devices asked for before has to be on its way, and their answers with them. [PRI-9] */
  @Guard(value = "drain", without = "nothing")
  private void drain() {
    for (Device device : core.devices.all()) {
      if (!device.detaching()) {
        bindings.post(device, new Command.Drain());
      }
    }
  }

  /** Nothing is open any more: the pending wait takes effect. False: its status write failed. */
  boolean completePending() {
    var pending = core.functions.pendingWait();
    core.functions.waitEnded();
    core.emit(new Fact.WaitEnded(pending.position(), true));
    return complete(wait(pending.low(), pending.high()));
  }

  private static Descriptor.Wait wait(long low, long high) {
    return new Descriptor.Wait(
        (low & 1 << 4) != 0,
        (low & 1 << 5) != 0,
        (low & 1 << 6) != 0,
        (low & 1 << 7) != 0,
        (int) (low >>> 32),
        high & ~3L);
  }

  @Guard(value = "errors-discard-waits", without = "nothing")
  private void discardWait() {
    var pending = core.functions.pendingWait();
    if (pending != null) {
      core.functions.waitEnded();
      core.emit(new Fact.WaitEnded(pending.position(), false));
    }
  }

  /** Status first, then the interrupt. False: the status could not be written. */
  private boolean complete(Descriptor.Wait wait) {
    boolean written =
        !wait.statusWrite()
            || core.write(
                Fact.WriteKind.WAIT_STATUS,
                wait.statusAddress(),
                LittleEndian.bytes(wait.statusData()));
    if (wait.interrupt() && (core.registers.get(ICS) & IWC) == 0) {
      core.registers.update(ICS, 0, IWC);
      completion.raise();
    }
    return written;
  }

  /** ICS was written. */
  void completionStatusWritten() {
    if ((core.registers.get(ICS) & IWC) == 0) {
      completion.withdraw();
    }
  }

  void completionControlWritten() {
    completion.unmaskedPerhaps();
  }

  // ---- page-group response ----

  private void respond(Descriptor.PageGroupResponse r) {
    Device device = core.devices.find(r.sourceId());
    if (device != null && !core.has(Quirk.DETACH_FORGETS_BINDINGS)) {
      boolean delivered = respondTo(device, r);
      core.emit(
          new Fact.PageGroupResponded(
              r.sourceId(), r.pasid(), r.groupIndex(), r.code(), delivered));
      return;
    }
    AddressSpace space = core.spaces.find(r.sourceId(), Math.max(r.pasid(), 0));
    if (space != null) {
      boolean delivered = space.hasResponseListener() && !core.functions.hasLeft(r.sourceId());
      core.emit(
          new Fact.PageGroupResponded(
              r.sourceId(), r.pasid(), r.groupIndex(), r.code(), delivered));
    }
  }

  /** Routed to the function that is there now, which may not have asked. [PRI-10.1] */
  private boolean respondTo(Device device, Descriptor.PageGroupResponse r) {
    int pasid = Translator.key(r.pasid());
    boolean asked = device.hasGroup(pasid, r.groupIndex());
    if (device.detaching() || isFenced(asked)) {
      return false;
    }
    if (asked) {
      device.groupClosed(pasid, r.groupIndex());
      core.emit(new Fact.PageGroupClosed(device.sourceId, pasid, r.groupIndex()));
    }
    bindings.post(device, new Command.Respond(r.pasid(), r.groupIndex(), r.code()));
    return true;
  }

  /** The function that is there now did not ask. */
  @Guard(value = "response-fencing", without = "false")
  private boolean isFenced(boolean asked) {
    return core.config.responseFencing() && !asked;
  }
}
