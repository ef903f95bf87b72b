package dev.iommufleet.hardware.vtd;

import static dev.iommufleet.hardware.vtd.Registers.*;

import dev.iommufleet.hardware.Guard;
import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.vtd.Operation.RequestPage;
import dev.iommufleet.hardware.vtd.Reply.Status;
import dev.iommufleet.hardware.vtd.spec.ContextEntry;
import dev.iommufleet.hardware.vtd.spec.PageRequestDescriptor;
import dev.iommufleet.hardware.vtd.spec.PasidEntry;

/** Page requests of functions on their way into the page-request queue. [PRI-3.1] */
final class PageRequests {
  private static final int PPR = 1;
  private static final int PRO = 2;

  private static final int RESPONSE_SUCCESS = 0;
  private static final int RESPONSE_FAILURE = 0xF;

  private final Core core;
  private final Tables tables;
  private final Selector selector;
  private final Invalidator invalidator;
  private final Bindings bindings;
  private final FaultLog faults;
  private final EventInterrupt event;
  private final long[] context = new long[4];
  private final long[] entry = new long[8];

  PageRequests(
      Core core,
      Tables tables,
      Selector selector,
      Invalidator invalidator,
      Bindings bindings,
      FaultLog faults) {
    this.core = core;
    this.tables = tables;
    this.selector = selector;
    this.invalidator = invalidator;
    this.bindings = bindings;
    this.faults = faults;
    this.event = new EventInterrupt(core, PECTL, Fact.InterruptCause.PAGE_REQUEST);
  }

  Status request(RequestPage request) {
    AddressSpace space = selector.space(request.sourceId(), Math.max(request.pasid(), 0));
    if (!core.capabilities.pageRequests() || isRefusedWithoutPasid(request)) {
      return Status.NOT_PERMITTED;
    }
    if (request.execute() && !request.read()) {
      return Status.INVALID;
    }
    if (isForbidden(request, space)) {
      answer(request, RESPONSE_FAILURE);
      return Status.NOT_PERMITTED;
    }
    if (isOverflowed()) {
      return overflow(request);
    }
    if (isFull()) {
      int before = core.registers.get(PRS);
      core.registers.update(PRS, 0, PRO);
      raise(before);
      return overflow(request);
    }
    return implicitInvalidation(request, space) ? enqueue(request) : Status.INVALID;
  }

  private boolean isRefusedWithoutPasid(RequestPage request) {
    return request.pasid() <= 0 && core.has(Quirk.PAGE_REQUEST_NEEDS_PASID);
  }

  // ---- checks ----

  /** Whether the function's structures keep it from asking; the fault is reported. */
  private boolean isForbidden(RequestPage request, AddressSpace space) {
    if (!core.scalable() && !core.has(Quirk.REQUEST_TYPE_UNCHECKED)) {
      report(request, Fault.PAGE_REQUEST_IN_LEGACY_MODE, false);
      return true;
    }
    int reason = tables.context(request.sourceId(), context);
    boolean fpd = ContextEntry.faultProcessingDisabled(context[0]);
    if (reason != Fault.NONE) {
      report(request, reason, fpd);
      return true;
    }
    boolean enabled = core.scalable() && ContextEntry.pageRequestsEnabled(context[0]);
    if (enabled) {
      return false;
    }
    int status = tables.pasid(context, space.pasid, entry);
    boolean entryRead = status == Fault.NONE || status == Fault.PASID_ABSENT;
    fpd |= tables.directoryFpd() || entryRead && PasidEntry.faultProcessingDisabled(entry[0]);
    report(request, Fault.PAGE_REQUESTS_DISABLED, fpd);
    return true;
  }

  private void report(RequestPage request, int reason, boolean fpd) {
    boolean pasidPresent = request.pasid() != Access.NO_PASID;
    faults.dma(
        new FaultLog.Dma(
            reason,
            request.sourceId(),
            request.address(),
            wanted(request),
            pasidPresent,
            pasidPresent ? request.pasid() : 0,
            fpd,
            false));
  }

  private static int wanted(RequestPage request) {
    return (request.read() ? Access.READ : 0)
        | (request.write() ? Access.WRITE : 0)
        | (request.execute() ? Access.EXECUTE : 0)
        | (request.privileged() ? Access.PRIVILEGED : 0);
  }

  // ---- queue ----

  private long base() {
    return core.registers.getQuad(PQA) & ~0xFFFL;
  }

  private long bytes() {
    return 0x1000L << (core.registers.get(PQA) & 7);
  }

  private long nextTail() {
    return (core.registers.getQuad(PQT) + PageRequestDescriptor.BYTES) % bytes();
  }

  /** Nothing is taken until software has seen that something was not. [PRI-10.1] */
  @Guard(value = "overflow-until-cleared", without = "false")
  private boolean isOverflowed() {
    return (core.registers.get(PRS) & PRO) != 0;
  }

  @Guard(value = "full-queue-takes-nothing", without = "false")
  private boolean isFull() {
    return nextTail() == core.registers.getQuad(PQH);
  }

  private Status overflow(RequestPage request) {
    answer(request, RESPONSE_SUCCESS);
    return Status.NO_SPACE;
  }

  /** What the function is told by the unit itself when its request was discarded. [PRI-10.1] */
  private void answer(RequestPage request, int code) {
    boolean answered =
        !core.has(Quirk.NO_AUTOMATIC_PAGE_RESPONSE)
            && request.lastInGroup()
            && (request.read() || request.write());
    if (answered) {
      Device device = core.devices.find(request.sourceId());
      int group = request.groupIndex() & 0x1FF;
      if (device != null && !device.detaching()) {
        bindings.post(device, new Command.Respond(request.pasid(), group, code));
      }
      core.emit(
          new Fact.PageGroupResponded(request.sourceId(), request.pasid(), group, code, true));
    }
  }

  /** Cached translations of the page go before the request shows. [PRI-4.1] */
  private boolean implicitInvalidation(RequestPage request, AddressSpace space) {
    int status = tables.pasid(context, space.pasid, entry);
    if (status != Fault.NONE || PasidEntry.translationType(entry[0]) != PasidEntry.FIRST_STAGE) {
      return false;
    }
    int domainId = PasidEntry.domainId(entry[1]);
    invalidator.pasidIotlbPages(domainId, space.pasid, request.address() & ~0xFFFL, 0, false);
    return true;
  }

  private Status enqueue(RequestPage request) {
    long tail = core.registers.getQuad(PQT);
    byte[] bytes = LittleEndian.bytes(descriptor(request).encode());
    if (!core.write(Fact.WriteKind.PAGE_REQUEST, base() + tail, bytes)) {
      return Status.IO_ERROR;
    }
    core.registers.setQuad(PQT, nextTail());
    int before = core.registers.get(PRS);
    if ((before & PPR) == 0) {
      core.registers.update(PRS, 0, PPR);
      raise(before);
    }
    return Status.OK;
  }

  private PageRequestDescriptor descriptor(RequestPage request) {
    return new PageRequestDescriptor(
        request.sourceId(),
        request.pasid(),
        request.execute() && !core.has(Quirk.PAGE_REQUEST_EXECUTE_LOST),
        request.privileged(),
        request.read(),
        request.write(),
        request.lastInGroup(),
        request.groupIndex() & 0x1FF,
        request.address() & ~0xFFFL);
  }

  private void raise(int statusBefore) {
    if (isEdge(statusBefore)) {
      event.raise();
    }
  }

  @Guard(value = "interrupt-at-edges", without = "true")
  private static boolean isEdge(int statusBefore) {
    return (statusBefore & (PPR | PRO)) == 0;
  }
}
