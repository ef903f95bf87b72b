package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.Guard;
import dev.iommufleet.hardware.device.DeviceFact.DropScope;
import dev.iommufleet.hardware.device.DeviceFact.GroupCause;
import dev.iommufleet.hardware.device.DeviceFact.OverCause;
import dev.iommufleet.hardware.link.Report;

/** Attachments begin and end. Their epochs ascend and never come back. [PT-1] */
final class AttachPort {
  private final DeviceCore core;
  private final PageRequester requester;
  private final DmaEngine engine;

  AttachPort(DeviceCore core, PageRequester requester, DmaEngine engine) {
    this.core = core;
    this.requester = requester;
    this.engine = engine;
  }

  DeviceReply begin(DeviceOperation.Attach o) {
    long epoch = core.link.epoch() + 1;
    core.record(new DeviceFact.AttachStarted(epoch, o.iommu(), o.sourceId()));
    if (core.config.passthrough()) {
      core.record(new DeviceFact.HostOpened());
    }
    core.report(new Report.Attach(core.config.host()));
    return new DeviceReply.AttachStarted(epoch);
  }

  void answered(DeviceOperation.AttachAnswered o) {
    boolean open = isAsked(o.epoch()) && core.link.state() != AttachState.ATTACHED;
    if (open && !o.accepted()) {
      over(OverCause.REFUSED, false);
    } else if (open) {
      accepted();
    }
  }

  /** An answer to an earlier attachment is not this one's. */
  @Guard(value = "attach-answer-of-this-epoch", without = "true")
  private boolean isAsked(long epoch) {
    return core.link.isCurrent(epoch);
  }

  /** A command of this attachment shows as well that the IOMMU has accepted it. */
  void accepted() {
    if (core.link.state() == AttachState.ATTACHING) {
      core.record(new DeviceFact.AttachAccepted(core.link.epoch()));
    }
  }

  void detach() {
    if (core.link.state() != AttachState.DETACHING) {
      core.record(new DeviceFact.DetachStarted(core.link.epoch()));
      core.report(new Report.Detach());
    }
  }

  void ended(DeviceOperation.AttachmentEnded o) {
    if (isOfAttachment(o.epoch())) {
      over(OverCause.ENDED, false);
    }
  }

  /** The end of an earlier attachment is not this one's. */
  @Guard(value = "end-of-this-epoch", without = "true")
  private boolean isOfAttachment(long epoch) {
    return core.link.isCurrent(epoch);
  }

  void settleLoss(long epoch) {
    if (core.link.losses().containsKey(epoch)) {
      core.record(new DeviceFact.LossSettled(epoch));
    }
  }

  /** From here on nothing of this attachment reaches the device, nor of the device the IOMMU. */
  void over(OverCause cause, boolean lost) {
    engine.end();
    requester.endAll(GroupCause.DETACHED);
    if (core.config.passthrough()) {
      close();
    }
    core.drop(DropScope.EVERYTHING, 0, 0, 0);
    if (lost) {
      core.report(new Report.Lost());
    }
    core.record(new DeviceFact.AttachmentOver(core.link.epoch(), cause, lost));
  }

  private void close() {
    core.bindings.closing();
    int[] left = core.kernel.allocatedFor(DeviceCore.DEVICE).stream().mapToInt(id -> id).toArray();
    core.record(new DeviceFact.HostClosed(left));
    core.bindings.closed();
  }
}
