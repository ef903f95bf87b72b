package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.device.DeviceFact.GroupCause;
import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.link.Report;

/** Asks the IOMMU for pages, and takes what is responded. [PRI-5] [PRI-5.1] */
final class PageRequester {
  private static final int SUCCESS = 0;
  private static final int INVALID = 1;

  /** What follows for DMAs that wait for a group. */
  interface Listener {
    void groupEnded(int groupIndex, GroupCause cause, int code);
  }

  private final DeviceCore core;
  private final FaultPort faults;
  private Listener listener = (_, _, _) -> {};

  PageRequester(DeviceCore core) {
    this.core = core;
    this.faults = new FaultPort(core, this::end);
  }

  void listen(Listener newListener) {
    listener = newListener;
  }

  // ---- requests -----------------------------------------------------------------------------

  /** 0, or why the function may not ask for pages now. */
  int errno(int pasid) {
    if (core.link.state() != AttachState.ATTACHED || !core.link.up()) {
      return Errno.NO_DEVICE.negated();
    }
    boolean permitted = core.pci.busMaster() && core.pci.allows(pasid) && core.pci.priEnabled();
    return permitted ? 0 : Errno.NOT_PERMITTED.negated();
  }

  DeviceReply.PageRequested request(DeviceOperation.RequestPage o) {
    int errno = errno(o.pasid());
    if (errno != 0) {
      return new DeviceReply.PageRequested(errno, 0, 0);
    }
    int index = core.groups.collecting(o.pasid());
    boolean room =
        core.groups.outstanding() < core.pci.outstandingLimit()
            && !core.groups.isFull(core.kernel.faults().requests());
    if (room && index < 0) {
      index = core.groups.freeIndex();
      if (index >= 0) {
        core.record(new DeviceFact.GroupOpened(o.pasid(), index));
      }
    }
    if (!room || index < 0) {
      return new DeviceReply.PageRequested(Errno.NO_SPACE.negated(), 0, 0);
    }
    return core.config.passthrough() ? raise(o, index) : send(o, index);
  }

  /** {@code number}: of the request in the outbox; 0: the host keeps it, or has answered it. */
  private DeviceReply.PageRequested raise(DeviceOperation.RequestPage o, int index) {
    long before = core.groups.lastRequest();
    faults.raise(o, index);
    long now = core.groups.lastRequest();
    return new DeviceReply.PageRequested(0, now == before ? 0 : now, index);
  }

  private DeviceReply.PageRequested send(DeviceOperation.RequestPage o, int index) {
    var request =
        new Report.PageRequested(
            core.groups.lastRequest() + 1,
            o.pasid(),
            o.address(),
            o.read(),
            o.write(),
            o.execute(),
            o.privileged(),
            o.lastInGroup(),
            index);
    core.record(new DeviceFact.PageRequestSent(request));
    core.report(request);
    return new DeviceReply.PageRequested(0, request.number(), index);
  }

  /** In no group: nobody responds to it. A host's kernel keeps it to itself. [HOST-8.5] */
  DeviceReply.PageRequested stop(int pasid) {
    int errno = errno(pasid);
    if (errno == 0 && core.groups.isFull(0)) {
      errno = Errno.NO_SPACE.negated();
    }
    if (errno != 0 || core.config.passthrough()) {
      return new DeviceReply.PageRequested(errno, 0, 0);
    }
    return send(new DeviceOperation.RequestPage(pasid, 0, false, false, false, false, true), 0);
  }

  /** The IOMMU took or refused a request. */
  void settled(long number, int errno) {
    Report.PageRequested request = core.groups.onItsWay(number);
    if (request == null) {
      return;
    }
    core.record(new DeviceFact.PageRequestSettled(number, errno));
    boolean last = request.lastInGroup() && !PageGroups.isStopMarker(request);
    int index = request.groupIndex();
    int code = errno == Errno.NO_SPACE.negated() ? SUCCESS : INVALID;
    boolean ends = errno != 0 && last && core.groups.find(index) != null;
    if (ends && !faults.answer(index, code)) {
      end(index, GroupCause.REFUSED, errno);
    }
  }

  // ---- responses ----------------------------------------------------------------------------

  void respond(Command.Respond c) {
    if (core.orders.responses() > 0) {
      core.record(new DeviceFact.ResponsesLost(core.orders.responses() - 1));
      core.tell(new DeviceFact.ResponseLost(c.pasid(), c.groupIndex(), c.code()));
      return;
    }
    PageGroups.Group group = core.groups.find(c.groupIndex());
    if (group == null || !isMeant(group, c)) {
      unexpected(c);
      return;
    }
    if (faults.answer(c.groupIndex(), c.code())) {
      return;
    }
    int code = mapped(c.code());
    end(c.groupIndex(), GroupCause.RESPONSE, code);
    if (code != SUCCESS && code != INVALID) {
      status(PciState.RESPONSE_FAILURE);
      disable(GroupCause.PRI_OFF);
    }
  }

  /** Responses need the PASID of the request only if the function says so. */
  private boolean isMeant(PageGroups.Group group, Command.Respond c) {
    boolean withoutPasid = c.pasid() == Report.NO_PASID && !core.config.pci().responsePasid();
    return withoutPasid || core.key(group.pasid()) == core.key(c.pasid());
  }

  /** The host's interface knows success and invalid only. [PRI-12.1] */
  private int mapped(int code) {
    return core.config.passthrough() && code != SUCCESS ? INVALID : code;
  }

  /** The host's interface ignores it; a function notes it. [PRI-5.2] */
  private void unexpected(Command.Respond c) {
    boolean recorded = !core.config.passthrough() && core.config.pci().pri();
    if (recorded) {
      status(PciState.UNEXPECTED_INDEX);
    }
    core.tell(new DeviceFact.ResponseUnexpected(c.pasid(), c.groupIndex(), c.code(), recorded));
  }

  private void status(int bits) {
    change(ConfigRegister.PRI_STATUS, core.pci.get(ConfigRegister.PRI_STATUS) | bits);
  }

  private void change(ConfigRegister register, long value) {
    if (core.pci.get(register) != value) {
      core.record(new DeviceFact.ConfigChanged(register, value));
    }
  }

  // ---- ends ---------------------------------------------------------------------------------

  private void end(int index, GroupCause cause, int code) {
    core.record(new DeviceFact.GroupEnded(index, cause, code));
    listener.groupEnded(index, cause, code);
  }

  void endAll(GroupCause cause) {
    faults.drop();
    for (int index : core.groups.groups().keySet()) {
      if (core.groups.find(index) != null) {
        end(index, cause, 0);
      }
    }
  }

  /** The host gave up what the PASID was bound to: it answers for software. [PRI-12.1] */
  void endPasid(int key) {
    core.groups
        .groups()
        .forEach(
            (index, group) -> {
              boolean kept = core.kernel.faults().knows(DeviceCore.DEVICE, index);
              if (core.key(group.pasid()) == key && core.groups.find(index) != null && !kept) {
                end(index, GroupCause.UNBOUND, INVALID);
              }
            });
  }

  /** What could not be read from the host, or answered to it, is tried again. */
  void poll() {
    faults.poll();
  }

  /** The function asks for no more pages and forgets what it asked for. [PRI-5.3] */
  void disable(GroupCause cause) {
    long control = core.pci.get(ConfigRegister.PRI_CONTROL);
    change(ConfigRegister.PRI_CONTROL, control & ~PciState.PRI_ENABLE);
    endAll(cause);
    if (core.config.pci().pri()) {
      status(PciState.STOPPED);
    }
  }
}
