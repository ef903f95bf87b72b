package dev.iommufleet.hardware.device;

/** The state told as facts: what a snapshot holds. */
final class DeviceDescription {
  private final DeviceCore core;

  DeviceDescription(DeviceCore core) {
    this.core = core;
  }

  void lasting(DeviceSink sink) {
    core.link.describe(sink);
    core.pci.describe(sink);
    if (core.config.passthrough()) {
      kernel(sink);
      bindings(sink);
    }
    core.groups.describe(sink);
    core.dmas.describe(sink);
    core.orders.describe(sink);
  }

  private void kernel(DeviceSink sink) {
    var kernel = core.kernel;
    kernel.queues().forEach(queue -> sink.accept(new DeviceFact.HostQueueKept(queue)));
    kernel.objects().forEach(object -> sink.accept(new DeviceFact.HostObjectKept(object)));
    if (kernel.isOpen(DeviceCore.DEVICE)) {
      sink.accept(new DeviceFact.HostOpenKept());
      core.functions().forEach(id -> attachments(id, sink));
    }
    faults(sink);
    sink.accept(new DeviceFact.HostIdsKept(kernel.nextId()));
    kernel
        .armed()
        .forEach(
            (kind, armed) ->
                sink.accept(new DeviceFact.HostFailureArmed(kind, armed.n(), armed.errno())));
  }

  private void attachments(int id, DeviceSink sink) {
    int sibling = id - DeviceCore.DEVICE;
    core.kernel
        .attachments(id)
        .forEach(
            (pasid, object) ->
                sink.accept(new DeviceFact.HostAttachmentKept(pasid, object, sibling)));
  }

  private void faults(DeviceSink sink) {
    var faults = core.kernel.faults();
    faults
        .partial()
        .forEach((n, fault) -> sink.accept(new DeviceFact.HostFaultKept(n, 0, 0, fault)));
    faults
        .groups()
        .forEach(
            (n, group) ->
                group
                    .faults()
                    .forEach(
                        fault ->
                            sink.accept(
                                new DeviceFact.HostFaultKept(
                                    n, group.object(), group.cookie(), fault))));
    core.taken.describe(sink);
  }

  private void bindings(DeviceSink sink) {
    core.bindings
        .state()
        .queuesByObject()
        .forEach((object, queue) -> sink.accept(new DeviceFact.HostQueueChanged(object, queue)));
    core.bindings
        .state()
        .bindings()
        .forEach(
            (pasid, b) ->
                sink.accept(
                    new DeviceFact.HostBindingChanged(
                        pasid, b.type(), true, b.nested(), b.careful())));
    core.bindings
        .state()
        .stuck()
        .forEach(
            (pasid, s) ->
                sink.accept(
                    new DeviceFact.HostStuckChanged(pasid, true, s.nested(), s.toDefault())));
    core.bindings
        .state()
        .unfreed()
        .forEach(object -> sink.accept(new DeviceFact.HostUnfreedChanged(object, true)));
  }

  void soft(DeviceSink sink) {
    core.cache.forEach(sink::accept);
    if (core.generation != 0) {
      sink.accept(new DeviceFact.GenerationSeen(core.generation));
    }
    core.delayed.describe(sink);
  }
}
