package dev.iommufleet.hardware.vtd;

/** The state told as facts: what a snapshot holds. */
final class Description {
  private final Core core;

  Description(Core core) {
    this.core = core;
  }

  void lasting(FactSink sink) {
    core.memory.forEachRun(
        (address, bytes) -> sink.accept(new Fact.PayloadWritten(address, bytes)));
    core.memory.forEachRange(
        (address, length, kind) -> sink.accept(new Fact.MemoryRangeSet(address, length, kind)));
    var registers = core.registers.describe();
    if (registers != null) {
      sink.accept(registers);
    }
    core.latches.describe(sink);
    attached(sink);
  }

  /** Everything that lasts but registers, latches and guest memory. */
  void attached(FactSink sink) {
    for (AddressSpace space : core.spaces.all()) {
      space(space, sink);
    }
    core.functions.describe(sink);
    for (Device device : core.devices.all()) {
      device(device, sink);
    }
  }

  private static void device(Device device, FactSink sink) {
    int id = device.sourceId;
    sink.accept(new Fact.DeviceAttached(id, device.epoch, device.host));
    if (device.detaching()) {
      sink.accept(new Fact.DeviceDetaching(id));
    }
    sink.accept(
        new Fact.LinkKept(id, device.lastId(), device.lastNumbered(), device.lastRequest()));
    for (Binding b : device.bindings()) {
      sink.accept(
          new Fact.BindingKept(
              id, b.pasid, b.order, b.told, b.entry.clone(), b.failed, b.pageRequests));
    }
    for (Device.Posted posted : device.outstanding()) {
      sink.accept(new Fact.CommandPosted(id, posted.id(), posted.previous(), posted.command()));
    }
    for (long group : device.groups()) {
      sink.accept(new Fact.PageGroupOpened(id, (int) (group >>> 9), (int) group & 0x1FF));
    }
  }

  private static void space(AddressSpace space, FactSink sink) {
    int id = space.sourceId;
    int pasid = space.pasid;
    sink.accept(new Fact.AddressSpaceAdded(id, pasid));
    if (!space.isSelected(false, false, false)) {
      sink.accept(
          new Fact.AddressSpaceSwitched(
              id, pasid, space.translated(), space.passThrough(), space.windowFaults()));
    }
    for (int flags : space.notifiers()) {
      sink.accept(new Fact.NotifierRegistered(id, pasid, flags));
    }
    if (space.hasResponseListener()) {
      sink.accept(new Fact.PageResponseListenerRegistered(id, pasid));
    }
    if (space.pasidEntry() != null) {
      sink.accept(new Fact.PasidEntryCached(id, pasid, space.pasidEntry().clone()));
    }
    space
        .shadow()
        .forEach(
            (iova, m) ->
                sink.accept(
                    new Fact.ShadowMapped(
                        id, pasid, iova, m.mask(), m.address(), m.permissions())));
  }

  void soft(FactSink sink) {
    core.iotlb.forEach(sink::accept);
    for (AddressSpace space : core.spaces.all()) {
      long[] context = core.spaces.context(space);
      if (context != null) {
        sink.accept(new Fact.ContextFilled(space.sourceId, space.pasid, context.clone()));
      }
    }
    for (Device device : core.devices.all()) {
      for (Device.Posted posted : device.outstanding()) {
        if (device.isAcknowledged(posted.id())) {
          sink.accept(new Fact.CommandAcknowledged(device.sourceId, posted.id()));
        }
      }
    }
  }
}
