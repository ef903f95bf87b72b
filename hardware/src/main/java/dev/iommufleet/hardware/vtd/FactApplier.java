package dev.iommufleet.hardware.vtd;

/** Makes facts true that were recorded earlier. */
final class FactApplier {
  private final Core core;

  FactApplier(Core core) {
    this.core = core;
  }

  void apply(Fact fact) {
    switch (fact) {
      case Fact.Lasting lasting -> lasting(lasting);
      case Fact.Soft soft -> soft(soft);
      case Fact.Outcome _, Fact.Trace _ -> {}
    }
  }

  private void lasting(Fact.Lasting fact) {
    switch (fact) {
      case Fact.RegistersChanged f -> core.registers.restore(f);
      case Fact.LatchChanged f -> core.latches.restore(f.latch(), f.value());
      case Fact.MemoryWritten f -> {
        if (!f.failed() && !Core.isWindow(f.address())) {
          store(f.address(), f.bytes());
        }
      }
      case Fact.PayloadWritten f -> store(f.address(), f.bytes());
      case Fact.MemoryRangeSet f -> core.memory.setRange(f.address(), f.length(), f.kind());
      case Fact.AddressSpaceAdded f -> core.spaces.add(f.sourceId(), f.pasid());
      case Fact.AddressSpaceSwitched f ->
          space(f.sourceId(), f.pasid()).select(f.translated(), f.passThrough(), f.windowFaults());
      case Fact.NotifierRegistered f -> space(f.sourceId(), f.pasid()).addNotifier(f.flags());
      case Fact.PageResponseListenerRegistered f ->
          space(f.sourceId(), f.pasid()).addResponseListener();
      case Fact.PasidEntryCached f -> space(f.sourceId(), f.pasid()).cachePasidEntry(f.entry());
      case Fact.PasidEntryDropped f -> space(f.sourceId(), f.pasid()).dropPasidEntry();
      case Fact.ShadowMapped f ->
          space(f.sourceId(), f.pasid())
              .map(f.iova(), new AddressSpace.Mapping(f.mask(), f.address(), f.permissions()));
      case Fact.ShadowUnmapped f -> space(f.sourceId(), f.pasid()).unmap(f.iova(), f.mask());
      case Fact.FunctionAttached f -> core.functions.attach(f.sourceId(), f.answersAtOnce());
      case Fact.FunctionDetached f -> core.functions.detach(f.sourceId());
      case Fact.InvalidationSent f -> core.functions.sent(f.sourceId(), f.itag());
      case Fact.InvalidationEnded f -> {
        core.functions.ended(f.sourceId(), f.itag());
        Device device = core.devices.find(f.sourceId());
        if (device != null) {
          device.invalidationEnded(f.itag());
        }
      }
      case Fact.WaitPended f ->
          core.functions.pend(new Functions.Wait(f.position(), f.low(), f.high()));
      case Fact.WaitEnded _ -> core.functions.waitEnded();
      case Fact.OfDevice f -> ofDevice(f);
    }
  }

  private void ofDevice(Fact.OfDevice fact) {
    switch (fact) {
      case Fact.DeviceAttached f -> core.devices.attach(f.sourceId(), f.epoch(), f.host());
      case Fact.DeviceDetaching f -> device(f.sourceId()).detach();
      case Fact.DeviceDetached f -> core.devices.detach(f.sourceId());
      case Fact.CommandPosted f ->
          device(f.sourceId()).post(new Device.Posted(f.id(), f.previous(), f.command()));
      case Fact.CommandFailed f -> device(f.sourceId()).failed(f.id(), f.stays());
      case Fact.CommandsEnded f -> device(f.sourceId()).ended(f.upTo());
      case Fact.DeviceRequestTaken f -> {
        Device device = device(f.sourceId());
        device.counters(device.lastId(), device.lastNumbered(), f.number());
      }
      case Fact.PageGroupOpened f -> device(f.sourceId()).groupOpened(f.pasid(), f.groupIndex());
      case Fact.PageGroupClosed f -> device(f.sourceId()).groupClosed(f.pasid(), f.groupIndex());
      case Fact.BindingKept f -> device(f.sourceId()).insert(Binding.kept(f));
      case Fact.LinkKept f ->
          device(f.sourceId()).counters(f.lastId(), f.lastNumbered(), f.lastRequest());
    }
  }

  private void store(long address, byte[] bytes) {
    if (!core.memory.write(address, bytes, 0, bytes.length)) {
      throw new IllegalStateException(
          "A recorded write of %d bytes at %x does not fit this memory (%d of %d pages)"
              .formatted(
                  bytes.length, address, core.memory.pages(), core.config.limits().memoryPages()));
    }
  }

  private Device device(int sourceId) {
    Device device = core.devices.find(sourceId);
    if (device == null) {
      throw new IllegalStateException(
          "A fact names device %04x, which no fact attached".formatted(sourceId));
    }
    return device;
  }

  private AddressSpace space(int sourceId, int pasid) {
    AddressSpace space = core.spaces.find(sourceId, pasid);
    if (space == null) {
      throw new IllegalStateException(
          "A fact names address space (%04x, %d), which no fact added".formatted(sourceId, pasid));
    }
    return space;
  }

  private void soft(Fact.Soft fact) {
    switch (fact) {
      case Fact.IotlbFilled f -> {
        core.iotlb.makeRoom();
        core.iotlb.insert(f);
      }
      case Fact.IotlbInvalidated f ->
          Invalidator.remove(
              core.iotlb, f.scope(), f.domainId(), f.pasid(), f.address(), f.addressMask());
      case Fact.ContextFilled f ->
          core.spaces.cacheContext(space(f.sourceId(), f.pasid()), f.entry());
      case Fact.ContextsInvalidated f -> dropContexts(f);
      case Fact.ContextCacheEmptied _ -> core.spaces.dropContexts();
      case Fact.CommandAcknowledged f -> device(f.sourceId()).acknowledge(f.id());
    }
  }

  private void dropContexts(Fact.ContextsInvalidated fact) {
    if (fact.global()) {
      core.spaces.dropContexts();
      return;
    }
    for (AddressSpace space : core.spaces.all()) {
      if (Invalidator.selects(fact.sourceId(), fact.functionMask(), space.sourceId)) {
        core.spaces.dropContext(space);
      }
    }
  }
}
