package dev.iommufleet.hardware.device;

/** Makes facts true. */
final class DeviceFactApplier {
  private final DeviceCore core;

  DeviceFactApplier(DeviceCore core) {
    this.core = core;
  }

  void apply(DeviceFact fact) {
    switch (fact) {
      case DeviceFact.OfLink f -> link(f);
      case DeviceFact.OfHost f -> host(f);
      case DeviceFact.OfFaultQueue f -> faults(f);
      case DeviceFact.OfFunction f -> function(f);
      case DeviceFact.OfDma f -> dma(f);
      case DeviceFact.OfOrders f -> orders(f);
      case DeviceFact.Soft soft -> soft(soft);
      case DeviceFact.Outcome _ -> {}
    }
  }

  private void link(DeviceFact.OfLink fact) {
    switch (fact) {
      case DeviceFact.AttachStarted f ->
          core.link.begin(f.epoch(), new Link.Target(f.iommu(), f.sourceId()));
      case DeviceFact.AttachAccepted _ -> core.link.enter(AttachState.ATTACHED);
      case DeviceFact.DetachStarted _ -> core.link.enter(AttachState.DETACHING);
      case DeviceFact.AttachmentOver f -> over(f);
      case DeviceFact.LossSettled f -> core.link.lossSettled(f.epoch());
      case DeviceFact.CommandDone f -> core.link.done(f.id(), f.errno());
      case DeviceFact.EpochKept f -> core.link.keepEpoch(f.lastEpoch());
      case DeviceFact.LossKept f ->
          core.link.putLoss(f.epoch(), new Link.Target(f.iommu(), f.sourceId()));
      case DeviceFact.LinkChanged f -> core.link.setUp(f.up());
    }
  }

  private void host(DeviceFact.OfHost fact) {
    switch (fact) {
      case DeviceFact.HostOpened _ -> opened();
      case DeviceFact.HostClosed _ -> closed();
      case DeviceFact.HostCalled f ->
          core.kernel.redo(f.call(), new Host.Reply(f.errno(), f.value()));
      case DeviceFact.HostBindingChanged f -> core.bindings.state().restore(f.pasid(), binding(f));
      case DeviceFact.HostStuckChanged f -> core.bindings.state().restoreStuck(f.pasid(), stuck(f));
      case DeviceFact.HostUnfreedChanged f ->
          core.bindings.state().restoreUnfreed(f.object(), f.unfreed());
      case DeviceFact.HostFailureArmed f -> core.kernel.restoreFailure(f.kind(), f.n(), f.errno());
      case DeviceFact.HostObjectKept f -> core.kernel.restore(f.object());
      case DeviceFact.HostOpenKept _ -> {
        for (int id : core.functions()) {
          core.kernel.restoreOpen(
              id, core.config.host(), DeviceCore.DEFAULT_OBJECT, DeviceCore.DEVICE);
        }
      }
      case DeviceFact.HostAttachmentKept f ->
          core.kernel.restoreAttachment(DeviceCore.DEVICE + f.sibling(), f.pasid(), f.object());
      case DeviceFact.HostIdsKept f -> core.kernel.restoreNextId(f.nextId());
    }
  }

  private void faults(DeviceFact.OfFaultQueue fact) {
    switch (fact) {
      case DeviceFact.HostQueueChanged f ->
          core.bindings.state().restoreQueue(f.object(), f.queue());
      case DeviceFact.HostFaultRaised f -> {
        core.groups.raised(f.fault().groupIndex(), f.fault().last());
        core.kernel.raised(f.fault());
      }
      case DeviceFact.HostFaultsDropped _ -> {
        core.kernel.faults().discard(DeviceCore.DEVICE);
        core.taken.clear();
      }
      case DeviceFact.HostFaultTaken f -> core.taken.put(f);
      case DeviceFact.HostQueueKept f -> core.kernel.restoreQueue(f.queue());
      case DeviceFact.HostFaultKept f -> core.kernel.restore(f);
    }
  }

  private void opened() {
    for (int id : core.functions()) {
      core.kernel.open(
          id,
          core.config.host(),
          DeviceCore.DEFAULT_OBJECT,
          core.defaultFlags(),
          DeviceCore.DEVICE);
    }
  }

  /** Siblings first: the default object goes with the device itself. */
  private void closed() {
    for (int id : core.functions().reversed()) {
      core.kernel.close(id);
    }
  }

  private void function(DeviceFact.OfFunction fact) {
    switch (fact) {
      case DeviceFact.ConfigChanged f -> core.pci.restore(f.register(), f.value());
      case DeviceFact.GroupOpened f -> core.groups.open(f.pasid(), f.groupIndex());
      case DeviceFact.PageRequestSent f -> core.groups.sent(f.request());
      case DeviceFact.PageRequestForwarded f -> core.groups.forwarded(f.request());
      case DeviceFact.PageRequestSettled f -> core.groups.settled(f.number());
      case DeviceFact.GroupEnded f -> core.groups.end(f.groupIndex());
      case DeviceFact.GroupKept f ->
          core.groups.put(
              f.groupIndex(), new PageGroups.Group(f.pasid(), f.closed(), f.requests()));
      case DeviceFact.PageRequestKept f -> core.groups.onItsWay(f.request());
      case DeviceFact.RequestCountersKept f -> core.groups.counters(f.lastRequest(), f.lastIndex());
    }
  }

  private void dma(DeviceFact.OfDma fact) {
    switch (fact) {
      case DeviceFact.DmaStarted f -> core.dmas.put(Dma.started(f));
      case DeviceFact.DmaAsked f ->
          core.dmas.put(running(f.dma()).asking(f.question(), f.translated(), f.length()));
      case DeviceFact.DmaAdvanced f -> {
        core.dmas.put(running(f.dma()).advanced(f.length(), f.data()));
        core.delayed.accessEnded(f.dma());
      }
      case DeviceFact.DmaFaulted f -> core.dmas.put(running(f.dma()).faulted(f.groupIndex()));
      case DeviceFact.DmaPaused f -> core.dmas.put(running(f.dma()).pausing());
      case DeviceFact.DmaAborting f -> core.dmas.put(running(f.dma()).toAbort());
      case DeviceFact.DmaEnded f -> {
        core.dmas.remove(f.dma());
        core.delayed.accessEnded(f.dma());
      }
      case DeviceFact.DmaKept f -> core.dmas.put(Dma.kept(f));
      case DeviceFact.DmaIdsKept f -> core.dmas.counters(f.lastDma(), f.lastAsk());
    }
  }

  private void orders(DeviceFact.OfOrders fact) {
    switch (fact) {
      case DeviceFact.CompletionsFail f -> core.orders.failCompletions(f.fault(), f.n());
      case DeviceFact.CompletionWithheld f ->
          core.orders.withhold(f.id(), new Orders.Withheld(f.itag(), f.late()));
      case DeviceFact.CompletionReleased f -> core.orders.release(f.id());
      case DeviceFact.ResponsesLost f -> core.orders.loseResponses(f.n());
    }
  }

  private void over(DeviceFact.AttachmentOver fact) {
    core.link.over(fact.lost());
    core.groups.over();
    core.orders.over();
    core.delayed.clear();
    core.generation = 0;
  }

  private static HostBindings.Binding binding(DeviceFact.HostBindingChanged f) {
    return f.bound() ? new HostBindings.Binding(f.type(), f.nested(), f.careful()) : null;
  }

  private static HostBindings.Stuck stuck(DeviceFact.HostStuckChanged f) {
    return f.stuck() ? new HostBindings.Stuck(f.nested(), f.toDefault()) : null;
  }

  private Dma running(long id) {
    Dma dma = core.dmas.find(id);
    if (dma == null) {
      throw new IllegalStateException("A fact names DMA " + id + ", which is not running");
    }
    return dma;
  }

  private void soft(DeviceFact.Soft fact) {
    switch (fact) {
      case DeviceFact.TranslationFilled f -> core.cache.fill(f);
      case DeviceFact.TranslationsDropped f ->
          core.cache.drop(f.scope(), f.pasid(), f.address(), f.size());
      case DeviceFact.GenerationSeen f -> core.generation = f.id();
      case DeviceFact.AnswerDelayed f -> core.delayed.put(f);
      case DeviceFact.AnswerFreed f -> core.delayed.free(f.id());
    }
  }
}
