package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.device.DeviceFact.GroupCause;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.Predicate;

/** What the kernel makes of page requests, and of calls on fault queues. [HOST-8.5] [HOST-8.6] */
final class FaultRules {
  static final int SUCCESS = 0;
  static final int INVALID = 1;
  static final int FAILURE = 15;

  /** A group that the kernel answers to its device, because user space did or by itself. */
  record Answered(HostFault last, GroupCause cause, int code) {}

  private final Iommufd kernel;

  FaultRules(Iommufd kernel) {
    this.kernel = kernel;
  }

  // ---- page requests --------------------------------------------------------------------------

  /** What becomes of a page request. */
  enum Way {
    /** Nothing that is attached takes it: it alone is answered as invalid. */
    UNHANDLED,
    /** It waits for the last of its group. */
    KEPT,
    /** Its group is whole. */
    QUEUED,
    /** No memory; nobody answers it. */
    LOST,
    /** No memory for a whole group: it is answered with a failure. */
    FAILED
  }

  Way way(HostFault fault) {
    if (queue(fault) == 0) {
      return Way.UNHANDLED;
    }
    if (kernel.faults().isFull()) {
      return fault.last() ? Way.FAILED : Way.LOST;
    }
    return fault.last() ? Way.QUEUED : Way.KEPT;
  }

  /** The fault queue of what is attached for the request; 0: none. */
  int queue(HostFault fault) {
    Integer object = kernel.attached(fault.deviceId(), fault.key());
    return object == null ? 0 : kernel.object(object).orElseThrow().queue();
  }

  // ---- calls ----------------------------------------------------------------------------------

  Host.Reply allocateQueue(HostCall.AllocateQueue call) {
    if (call.flags() != 0) {
      return Host.Reply.failed(Errno.NOT_SUPPORTED);
    }
    return kernel.isFull()
        ? Host.Reply.failed(Errno.NO_MEMORY)
        : new Host.Reply(0, kernel.nextId());
  }

  /** Whole groups only; nothing waiting is nothing read, whatever the size. */
  Host.Reply read(HostCall.ReadFaults call) {
    if (!kernel.isQueue(call.queue())) {
      return Host.Reply.failed(Errno.BAD_DESCRIPTOR);
    }
    if (call.offset() != 0 || call.bytes() % HostCall.ReadFaults.RECORD != 0) {
      return Host.Reply.failed(Errno.BAD_POSITION);
    }
    int done = 0;
    for (FaultQueues.Group group : kernel.faults().waiting(call.queue())) {
      int end = done + group.bytes();
      if (end > call.bytes() || end > call.writable()) {
        Errno none = end > call.bytes() ? Errno.INVALID : Errno.BAD_ADDRESS;
        return done == 0 ? Host.Reply.failed(none) : new Host.Reply(0, done);
      }
      done = end;
    }
    return new Host.Reply(0, done);
  }

  /** Answers one after the other until one is wrong; what was taken before it counts. */
  Host.Reply write(HostCall.WriteFaults call) {
    if (!kernel.isQueue(call.queue())) {
      return Host.Reply.failed(Errno.BAD_DESCRIPTOR);
    }
    if (call.offset() != 0 || call.bytes() % HostCall.WriteFaults.RECORD != 0) {
      return Host.Reply.failed(Errno.BAD_POSITION);
    }
    int taken = taken(call).size() * HostCall.WriteFaults.RECORD;
    if (taken > 0 || call.bytes() == 0) {
      return new Host.Reply(0, taken);
    }
    return Host.Reply.failed(call.answers().isEmpty() ? Errno.BAD_ADDRESS : Errno.INVALID);
  }

  /** Answers that are in order. A cookie is consumed by its first. */
  private List<HostCall.FaultAnswer> taken(HostCall.WriteFaults call) {
    var taken = new ArrayList<HostCall.FaultAnswer>();
    var cookies = new HashSet<Integer>();
    int count = Math.min(call.answers().size(), call.bytes() / HostCall.WriteFaults.RECORD);
    for (var answer : call.answers().subList(0, count)) {
      boolean known = kernel.faults().read(call.queue(), answer.cookie()) != null;
      boolean code = answer.responseCode() == SUCCESS || answer.responseCode() == INVALID;
      if (!code || !known || !cookies.add(answer.cookie())) {
        return taken;
      }
      taken.add(answer);
    }
    return taken;
  }

  // ---- answers to devices ---------------------------------------------------------------------

  /** What a call that succeeds, and has had no effect yet, answers to devices. */
  List<Answered> answers(HostCall call) {
    return switch (call) {
      case HostCall.WriteFaults c -> written(c);
      case HostCall.Attach c -> invalid(c.pasid(), kernel.groups().moved(c));
      case HostCall.Detach c -> invalid(c.pasid(), List.of(c.deviceId()));
      case HostCall.Allocate _,
          HostCall.AllocatePaging _,
          HostCall.AllocateQueue _,
          HostCall.ReadFaults _,
          HostCall.Free _,
          HostCall.Invalidate _ ->
          List.of();
    };
  }

  private List<Answered> written(HostCall.WriteFaults call) {
    return taken(call).stream()
        .map(
            answer ->
                new Answered(
                    kernel.faults().read(call.queue(), answer.cookie()).last(),
                    GroupCause.RESPONSE,
                    answer.responseCode()))
        .toList();
  }

  /** What was attached goes: its groups are answered as invalid. */
  private List<Answered> invalid(int pasid, List<Integer> devices) {
    Predicate<FaultQueues.Group> gone =
        group -> devices.contains(group.last().deviceId()) && group.last().key() == pasid;
    return kernel.faults().select(gone).stream()
        .map(group -> new Answered(group.last(), GroupCause.UNBOUND, INVALID))
        .toList();
  }
}
