package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.link.HostInfo;

/** What the kernel makes of a call, before any effect. [HOST-8] [HOST-8.1] [HOST-8.2] [HOST-8.3] */
final class HostRules {
  private static final int ECAP_NEST = 26;
  private static final int ECAP_SRS = 31;
  private static final int ECAP_EAFS = 34;
  private static final int CAP_FL5LP = 60;
  private static final long PAGE_OFFSET = 0xFFF;

  private final Iommufd kernel;

  HostRules(Iommufd kernel) {
    this.kernel = kernel;
  }

  Host.Reply decide(HostCall call) {
    return switch (call) {
      case HostCall.Allocate c -> allocated(allocationError(c));
      case HostCall.AllocatePaging c -> allocated(pagingError(c));
      case HostCall.AllocateQueue c -> kernel.faultRules().allocateQueue(c);
      case HostCall.ReadFaults c -> kernel.faultRules().read(c);
      case HostCall.WriteFaults c -> kernel.faultRules().write(c);
      case HostCall.Free c -> reply(free(c));
      case HostCall.Attach c -> reply(attach(c));
      case HostCall.Detach c -> reply(kernel.isOpen(c.deviceId()) ? null : Errno.NOT_FOUND);
      case HostCall.Invalidate c -> invalidate(c);
    };
  }

  /** Null: nothing is wrong. */
  private static Host.Reply reply(Errno wrong) {
    return wrong == null ? Host.Reply.DONE : Host.Reply.failed(wrong);
  }

  private Host.Reply allocated(Errno wrong) {
    return wrong == null ? new Host.Reply(0, kernel.nextId()) : Host.Reply.failed(wrong);
  }

  private Errno allocationError(HostCall.Allocate call) {
    if (!kernel.isOpen(call.deviceId())) {
      return Errno.NOT_FOUND;
    }
    HostObject parent = kernel.object(call.parent()).orElse(null);
    if (parent == null || parent.nested()) {
      return Errno.INVALID;
    }
    if ((call.flags() & ~(HostCall.Allocate.PASID_USE | HostCall.Allocate.QUEUE_VALID)) != 0) {
      return Errno.NOT_SUPPORTED;
    }
    if (!parent.has(HostObject.NEST_PARENT)) {
      return Errno.INVALID;
    }
    if (!bit(kernel.device(call.deviceId()).info.ecap(), ECAP_NEST)) {
      return Errno.NOT_SUPPORTED;
    }
    return queueError(call.flags(), call.queue());
  }

  private Errno pagingError(HostCall.AllocatePaging call) {
    int known = HostObject.NEST_PARENT | HostObject.PASID_USE | HostCall.Allocate.QUEUE_VALID;
    int both = HostObject.NEST_PARENT | HostCall.Allocate.QUEUE_VALID;
    if (!kernel.isOpen(call.deviceId())) {
      return Errno.NOT_FOUND;
    }
    if ((call.flags() & ~known) != 0 || (call.flags() & both) == both) {
      return Errno.NOT_SUPPORTED;
    }
    return queueError(call.flags(), call.queue());
  }

  private Errno queueError(int flags, int queue) {
    if ((flags & HostCall.Allocate.QUEUE_VALID) != 0 && !kernel.isQueue(queue)) {
      return Errno.NOT_FOUND;
    }
    return kernel.isFull() ? Errno.NO_MEMORY : null;
  }

  private Errno free(HostCall.Free call) {
    if (kernel.object(call.object()).isEmpty() && !kernel.isQueue(call.object())) {
      return Errno.NOT_FOUND;
    }
    return kernel.users(call.object()) == 0 ? null : Errno.BUSY;
  }

  private Errno attach(HostCall.Attach call) {
    if (kernel.isQueue(call.object()) && kernel.isOpen(call.deviceId())) {
      return Errno.INVALID;
    }
    HostObject object = kernel.object(call.object()).orElse(null);
    if (object == null || !kernel.isOpen(call.deviceId())) {
      return Errno.NOT_FOUND;
    }
    HostedDevice device = kernel.device(call.deviceId());
    Integer now = device.attachments.get(call.pasid());
    if (now != null && now == call.object()) {
      return null;
    }
    Integer ofGroup = kernel.groups().attached(device, call.pasid());
    if (now == null && ofGroup != null && ofGroup != call.object()) {
      return Errno.INVALID;
    }
    boolean fits = pasidFits(device, call.pasid(), object) && tableFits(device.info, object);
    if (!fits) {
      return Errno.INVALID;
    }
    return object.queue() != 0 && !device.info.pageRequests() ? Errno.NO_DEVICE : null;
  }

  /** A RID object has to be usable with PASIDs as soon as one is attached. */
  private boolean pasidFits(HostedDevice device, int pasid, HostObject object) {
    boolean usable = object.has(HostObject.PASID_USE);
    if (pasid == HostCall.RID) {
      return usable || !kernel.groups().usesPasids(device);
    }
    Integer rid = kernel.groups().attached(device, HostCall.RID);
    boolean ridUsable = rid == null || kernel.object(rid).orElseThrow().has(HostObject.PASID_USE);
    return pasid < 1 << device.info.pasidWidth() && usable && ridUsable;
  }

  private static boolean tableFits(HostInfo host, HostObject object) {
    if (!object.nested()) {
      return true;
    }
    int width = object.addressWidth();
    int flags = object.tableFlags();
    boolean widthFits = width == 48 || width == 57 && bit(host.cap(), CAP_FL5LP);
    boolean supervisor = (flags & HostCall.Allocate.SUPERVISOR_REQUESTS) != 0;
    boolean extendedAccessed = (flags & HostCall.Allocate.EXTENDED_ACCESSED) != 0;
    return widthFits
        && (!supervisor || bit(host.ecap(), ECAP_SRS))
        && (!extendedAccessed || bit(host.ecap(), ECAP_EAFS));
  }

  private Host.Reply invalidate(HostCall.Invalidate call) {
    HostObject object = kernel.object(call.object()).orElse(null);
    if (object == null) {
      return Host.Reply.failed(Errno.NOT_FOUND);
    }
    boolean everythingFromSomewhere = call.pages() == HostCall.ALL_PAGES && call.address() != 0;
    if (!object.nested() || (call.address() & PAGE_OFFSET) != 0 || everythingFromSomewhere) {
      return Host.Reply.failed(Errno.INVALID);
    }
    return new Host.Reply(0, 1);
  }

  private static boolean bit(long word, int position) {
    return (word >>> position & 1) != 0;
  }
}
