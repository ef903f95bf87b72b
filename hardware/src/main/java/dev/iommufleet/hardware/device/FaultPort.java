package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.device.DeviceFact.GroupCause;
import dev.iommufleet.hardware.link.Report;
import java.util.List;

/**
 * The way of a passed-through function's page requests: into the host's kernel, from its fault
 * queues to the guest, and the guest's answers back. [PRI-12] [PRI-12.1]
 */
final class FaultPort {
  /** No group is larger. */
  private static final int BUFFER = DeviceLimits.MOST_REQUESTS * HostCall.ReadFaults.RECORD;

  /** Ends a group of the function. */
  interface Ender {
    void end(int groupIndex, GroupCause cause, int code);
  }

  private final DeviceCore core;
  private final Ender ender;

  FaultPort(DeviceCore core, Ender ender) {
    this.core = core;
    this.ender = ender;
    core.listen(answers -> answers.forEach(this::answered));
  }

  // ---- requests -------------------------------------------------------------------------------

  void raise(DeviceOperation.RequestPage o, int groupIndex) {
    var fault =
        new HostFault(
            DeviceCore.DEVICE, o.pasid(), groupIndex, o.address(), permissions(o), o.lastInGroup());
    FaultRules.Way way = core.kernel.faultRules().way(fault);
    core.record(new DeviceFact.HostFaultRaised(fault));
    switch (way) {
      case UNHANDLED -> ender.end(groupIndex, GroupCause.RESPONSE, FaultRules.INVALID);
      case FAILED -> ender.end(groupIndex, GroupCause.RESPONSE, FaultRules.FAILURE);
      case QUEUED -> read();
      case KEPT, LOST -> {}
    }
  }

  private static int permissions(DeviceOperation.RequestPage o) {
    return (o.read() ? HostFault.READ : 0)
        | (o.write() ? HostFault.WRITE : 0)
        | (o.execute() ? HostFault.EXECUTE : 0)
        | (o.privileged() ? HostFault.PRIVILEGED : 0);
  }

  /** Whether a poll would read or write anything. */
  static boolean waits(DeviceCore core) {
    return core.taken.isAnyUnwritten()
        || reaches(core)
            && core.bindings.state().queues().stream()
                .anyMatch(queue -> !core.kernel.faults().waiting(queue).isEmpty());
  }

  /** Whether the guest can be asked. */
  private static boolean reaches(DeviceCore core) {
    return core.link.state() == AttachState.ATTACHED && core.link.up();
  }

  /** What could not be read or written is tried again. */
  void poll() {
    core.taken
        .all()
        .forEach(
            (index, one) -> {
              if (one.answer() != TakenFaults.NO_ANSWER) {
                write(index, one, one.answer());
              }
            });
    if (reaches(core)) {
      read();
    }
  }

  private void read() {
    for (int queue : core.bindings.state().queues()) {
      List<FaultQueues.Group> waiting = core.kernel.faults().waiting(queue);
      if (!waiting.isEmpty() && core.call(new HostCall.ReadFaults(queue, 0, BUFFER, BUFFER)).ok()) {
        waiting.forEach(group -> taken(group.last(), queue));
      }
    }
  }

  private void taken(HostFault last, int queue) {
    FaultQueues.Group group =
        core.kernel.faults().select(read -> read.last().equals(last)).getFirst();
    int index = last.groupIndex();
    core.record(new DeviceFact.HostFaultTaken(index, queue, group.cookie(), TakenFaults.NO_ANSWER));
    group.faults().forEach(this::forward);
  }

  private void forward(HostFault fault) {
    var request =
        new Report.PageRequested(
            core.groups.lastRequest() + 1,
            fault.pasid(),
            fault.address(),
            fault.has(HostFault.READ),
            fault.has(HostFault.WRITE),
            fault.has(HostFault.EXECUTE),
            fault.has(HostFault.PRIVILEGED),
            fault.last(),
            fault.groupIndex());
    core.record(new DeviceFact.PageRequestForwarded(request));
    core.report(request);
  }

  // ---- answers --------------------------------------------------------------------------------

  /** False: the group did not come through a fault queue. */
  boolean answer(int groupIndex, int code) {
    TakenFaults.Taken one = core.taken.find(groupIndex);
    if (one == null) {
      return false;
    }
    write(groupIndex, one, code == FaultRules.SUCCESS ? code : FaultRules.INVALID);
    return true;
  }

  /** What the kernel does not know any more is forgotten; another failure is tried again. */
  private void write(int groupIndex, TakenFaults.Taken one, int code) {
    var answers = List.of(new HostCall.FaultAnswer(one.cookie(), code));
    int bytes = HostCall.WriteFaults.RECORD;
    Host.Reply reply = core.call(new HostCall.WriteFaults(one.queue(), 0, bytes, answers));
    if (reply.ok()) {
      return;
    }
    boolean unknown = core.kernel.faults().read(one.queue(), one.cookie()) == null;
    core.record(
        unknown
            ? new DeviceFact.HostFaultTaken(groupIndex, 0, 0, TakenFaults.NO_ANSWER)
            : new DeviceFact.HostFaultTaken(groupIndex, one.queue(), one.cookie(), code));
  }

  /** The kernel answers the function; what user space knows of the group means nothing now. */
  private void answered(FaultRules.Answered answer) {
    int index = answer.last().groupIndex();
    if (answer.last().deviceId() != DeviceCore.DEVICE) {
      return;
    }
    boolean written = core.taken.find(index) != null;
    if (written) {
      core.record(new DeviceFact.HostFaultTaken(index, 0, 0, TakenFaults.NO_ANSWER));
    }
    if (core.groups.find(index) != null) {
      ender.end(index, answer.cause(), answer.code());
    }
  }

  /** The function forgets its page requests: the host's kernel and user space do so too. */
  void drop() {
    if (core.kernel.faults().requests() > 0 || !core.taken.isEmpty()) {
      core.record(new DeviceFact.HostFaultsDropped());
    }
  }
}
