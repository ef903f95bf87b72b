package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.Guard;
import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.vtd.IommuConfig.FlushFailure;

/** Devices come, answer and go. [PT-1] */
final class DevicePort {
  private final Core core;
  private final Compatibility compatibility;
  private final Bindings bindings;
  private final DescriptorRunner runner;
  private final InvalidationQueue queue;

  DevicePort(Core core, Bindings bindings, DescriptorRunner runner, InvalidationQueue queue) {
    this.core = core;
    this.compatibility = new Compatibility(core);
    this.bindings = bindings;
    this.runner = runner;
    this.queue = queue;
  }

  Reply attach(Operation.AttachDevice o) {
    if (isRepeated(o)) {
      return new Reply.DeviceAttached(AttachOutcome.ACCEPTED, 0, 0);
    }
    Reply.DeviceAttached answer = compatibility.check(o.sourceId(), o.host());
    if (answer.outcome() == AttachOutcome.ACCEPTED) {
      core.devices.attach(o.sourceId(), o.epoch(), o.host());
      core.emit(new Fact.DeviceAttached(o.sourceId(), o.epoch(), o.host()));
      if (!core.has(Quirk.ATTACH_BINDS_NOTHING)) {
        core.functions.attach(o.sourceId(), o.host() != null);
        core.emit(new Fact.FunctionAttached(o.sourceId(), o.host() != null));
        bindings.syncDevice(core.devices.find(o.sourceId()));
      }
    }
    return answer;
  }

  /** The answer to it may have been lost. */
  @Guard(value = "attached-once", without = "false")
  private boolean isRepeated(Operation.AttachDevice o) {
    Device present = core.devices.find(o.sourceId());
    return present != null && present.epoch == o.epoch() && o.epoch() != 0 && !present.detaching();
  }

  /** The device leaves in an orderly way; under the quirk, at once and with all it was told. */
  Reply detach(Operation.DetachDevice o) {
    Device device = find(o.sourceId(), o.epoch());
    if (device == null) {
      return new Reply.DeviceDetached(false, 0);
    }
    int bound = device.bindings().size();
    if (core.has(Quirk.DETACH_FORGETS_BINDINGS)) {
      gone(device);
      return new Reply.DeviceDetached(true, bound);
    }
    if (!device.detaching()) {
      device.detach();
      core.emit(new Fact.DeviceDetaching(o.sourceId()));
      bindings.post(device, new Command.Detach());
    }
    return new Reply.DeviceDetached(true, bound);
  }

  /** The device is gone without notice. */
  Reply lost(Operation.DeviceLost o) {
    Device device = find(o.sourceId(), o.epoch());
    if (device != null) {
      runner.lost(o.sourceId());
      gone(device);
    }
    return new Reply.DeviceDetached(device != null, 0);
  }

  private void gone(Device device) {
    core.devices.detach(device.sourceId);
    core.emit(new Fact.DeviceDetached(device.sourceId));
    if (core.functions.isAttached(device.sourceId)) {
      runner.endAll(device.sourceId, true);
      core.functions.detach(device.sourceId);
      core.emit(new Fact.FunctionDetached(device.sourceId));
    }
    queue.advance();
  }

  /** Epoch 0 stands for the attachment that there is. */
  Device find(int sourceId, long epoch) {
    Device device = core.devices.find(sourceId);
    return device != null && (epoch == 0 || device.epoch == epoch) ? device : null;
  }

  /** A device has done, or could not do, what command {@code id} said. */
  Reply answer(Operation.AnswerCommand o) {
    Device device = find(o.sourceId(), o.epoch());
    var posted = device == null ? null : device.outstanding(o.id());
    if (posted == null) {
      return new Reply.Done(BusStatus.OK);
    }
    if (posted.command() instanceof Command.Detach) {
      // Its last: it took all before in their order, and whoever has left answers none of them
      // again.
      gone(device);
      return new Reply.Done(BusStatus.OK);
    }
    if (posted.command() instanceof Command.InvalidateTlb) {
      return new Reply.Done(BusStatus.OK); // Ended by its completion message alone.
    }
    if (o.errno() == 0) {
      device.acknowledge(o.id());
      core.emit(new Fact.CommandAcknowledged(o.sourceId(), o.id()));
    } else {
      failed(device, posted, o.errno());
    }
    boolean somethingWaits = queue.progress() != QueueProgress.IDLE;
    if (!core.devices.isAnyOpen() && (somethingWaits || core.waitsForDevices())) {
      queue.advance();
    }
    return new Reply.Done(BusStatus.OK);
  }

  private void failed(Device device, Device.Posted posted, int errno) {
    boolean stays = !core.has(Quirk.FAILED_UNBINDING_FORGOTTEN);
    device.failed(posted.id(), stays);
    core.emit(new Fact.CommandFailed(device.sourceId, posted.id(), errno, stays));
    boolean guestTrustsIt =
        posted.command() instanceof Command.Flush || posted.command() instanceof Command.Unbind;
    if (guestTrustsIt && core.config.flushFailure() == FlushFailure.ITE) {
      runner.invalidationFailed(device.sourceId);
    }
  }

  /** Page requests of a device come in the order of their numbers, each once. */
  boolean takes(Operation.DevicePageRequest o) {
    Device device = find(o.sourceId(), o.epoch());
    if (device == null || device.detaching() || !isNext(device, o)) {
      return false;
    }
    device.counters(device.lastId(), device.lastNumbered(), o.number());
    core.emit(new Fact.DeviceRequestTaken(o.sourceId(), o.number()));
    return true;
  }

  @Guard(value = "page-request-taken-once", without = "true")
  private static boolean isNext(Device device, Operation.DevicePageRequest o) {
    return o.number() == device.lastRequest() + 1;
  }

  void pageRequestAnswered(Operation.DevicePageRequest o, Reply.Status status) {
    Device device = core.devices.find(o.sourceId());
    bindings.post(device, new Command.PageRequestAnswered(o.number(), status.errno()));
    var request = o.request();
    if (status == Reply.Status.OK && request.lastInGroup() && core.config.responseFencing()) {
      int pasid = Translator.key(request.pasid());
      device.groupOpened(pasid, request.groupIndex());
      core.emit(new Fact.PageGroupOpened(o.sourceId(), pasid, request.groupIndex()));
    }
  }
}
