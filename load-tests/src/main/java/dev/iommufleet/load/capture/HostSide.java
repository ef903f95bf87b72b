package dev.iommufleet.load.capture;

import dev.iommufleet.hardware.device.Host;
import dev.iommufleet.hardware.device.HostBindings;
import dev.iommufleet.hardware.device.HostCall;
import dev.iommufleet.hardware.device.Iommufd;
import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.link.HostInfo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * The passthrough devices of a capture and the host that they are bound to. A call is answered as
 * the capture says that it was, so that failures which were brought about there come about here
 * too; where the capture has no such call, the kernel's model answers.
 */
final class HostSide implements Host {
  private static final int NO_STEP = -1;

  /** A device that was set; {@code deviceId}: the kernel's. */
  record Hosted(int deviceId, HostBindings bindings) {}

  private final Iommufd kernel = new Iommufd();
  private final Map<Integer, Hosted> devices = new TreeMap<>();

  /** Devices that nested objects were allocated for, by object. */
  private final Map<Integer, Integer> owners = new HashMap<>();

  /** Calls of the present step in the capture that were not made yet. */
  private final Map<HostCalls.Key, ArrayDeque<Event>> captured = new HashMap<>();

  private long presentSeq = NO_STEP;
  private int caller;
  private List<Event> made = new ArrayList<>();
  private HostCall failed;

  Iommufd kernel() {
    return kernel;
  }

  /** By source id. */
  Map<Integer, Hosted> devices() {
    return devices;
  }

  /** The kernel opened the device; whether its default object was made for it. */
  boolean opened(Event line, HostInfo host) {
    return kernel.open(
        line.getInt(Field.DEVID), host, line.getInt(Field.HWPT), line.getInt(Field.HWPT_FLAGS));
  }

  /** The IOMMU accepted the device of a hiod_set line. */
  void attached(Event line) {
    int deviceId = line.getInt(Field.DEVID);
    var bindings = new HostBindings(this, deviceId, line.getInt(Field.HWPT));
    devices.put(line.getInt(Field.SID), new Hosted(deviceId, bindings));
  }

  /** The IOMMU gave the device up, with all that it was told. */
  void detached(int sourceId) {
    devices.remove(sourceId);
  }

  /** What the kernel found when it closed the device. */
  HostState.Closed closed(int deviceId) {
    Iommufd.Closed closed = kernel.close(deviceId);
    OptionalInt freed = closed.defaultFreed();
    return new HostState.Closed(
        closed.attachments(), closed.left(), freed.isPresent() ? freed.getAsInt() : null);
  }

  // ---- commands ----------------------------------------------------------------------------

  /** The device does what the command says. The calls go to {@code made}; 0 or negated errno. */
  int carryOut(Step step, int sourceId, Command command, List<Event> made) {
    Hosted device = devices.get(sourceId);
    if (device == null) {
      return 0;
    }
    if (presentSeq != step.seq) {
      presentSeq = step.seq;
      collect(step.expected);
    }
    caller = sourceId;
    failed = null;
    this.made = made;
    return switch (command) {
      case Command.Bind c -> bind(device.bindings(), c);
      case Command.Unbind c -> unbind(device.bindings(), c);
      case Command.Flush c -> flush(device.bindings(), c);
      case Command.Respond _,
          Command.PageRequestAnswered _,
          Command.Detach _,
          Command.InvalidateTlb _,
          Command.Drain _ ->
          0;
    };
  }

  private void collect(EventList expected) {
    captured.clear();
    for (int i = 0; i < expected.size(); i++) {
      Event event = expected.get(i);
      if (HostCalls.isCall(event.type)) {
        captured.computeIfAbsent(HostCalls.key(event), _ -> new ArrayDeque<>()).add(event);
      }
    }
  }

  private int bind(HostBindings bindings, Command.Bind command) {
    boolean replaces = bindings.bindings().containsKey(command.pasid());
    int errno = bindings.bind(command);
    if (failed != null) {
      made.add(HostCalls.message(HostWords.bindingFailed(replaces, failed, errno)));
    }
    return errno;
  }

  private int unbind(HostBindings bindings, Command.Unbind command) {
    int errno = bindings.unbind(command);
    if (failed != null) {
      made.add(HostCalls.message(HostWords.unbindingFailed(failed, errno)));
    }
    return errno;
  }

  private int flush(HostBindings bindings, Command.Flush command) {
    int errno = bindings.flush(command);
    if (failed != null) {
      made.add(HostCalls.message(HostWords.invalidationFailed(errno)));
    } else if (errno != 0) {
      made.add(HostCalls.message(HostWords.nothingProcessed()));
    }
    return errno;
  }

  // ---- calls -------------------------------------------------------------------------------

  @Override
  public Reply call(HostCall call) {
    Event event = HostCalls.event(call, caller, kernel);
    event.group = HostCalls.group(deviceOf(call));
    Reply reply = answer(call, captured.get(HostCalls.key(event)));
    HostCalls.answered(event, reply);
    made.add(event);
    if (reply.ok() && call instanceof HostCall.Allocate c) {
      owners.put(reply.value(), c.deviceId());
    }
    if (!reply.ok() && failed == null && !(call instanceof HostCall.Free)) {
      failed = call;
    }
    return reply;
  }

  private Reply answer(HostCall call, ArrayDeque<Event> same) {
    if (same != null && !same.isEmpty()) {
      Reply reply = HostCalls.reply(same.removeFirst());
      if (isPossible(call, reply)) {
        kernel.redo(call, reply);
        return reply;
      }
    }
    return kernel.call(call);
  }

  /** What the capture says may not fit any more once something differed. */
  private boolean isPossible(HostCall call, Reply reply) {
    return !reply.ok()
        || switch (call) {
          case HostCall.Allocate c ->
              kernel.object(reply.value()).isEmpty() && isOpen(c.deviceId());
          case HostCall.Free c ->
              kernel.object(c.object()).isPresent() && kernel.users(c.object()) == 0;
          case HostCall.Attach c -> kernel.object(c.object()).isPresent() && isOpen(c.deviceId());
          case HostCall.Detach c -> isOpen(c.deviceId());
          case HostCall.Invalidate _ -> true;
          case HostCall.AllocatePaging _,
              HostCall.AllocateQueue _,
              HostCall.ReadFaults _,
              HostCall.WriteFaults _ ->
              false;
        };
  }

  private boolean isOpen(int deviceId) {
    return kernel.devices().contains(deviceId);
  }

  private int deviceOf(HostCall call) {
    return switch (call) {
      case HostCall.Allocate c -> c.deviceId();
      case HostCall.Attach c -> c.deviceId();
      case HostCall.Detach c -> c.deviceId();
      case HostCall.Free c -> owners.getOrDefault(c.object(), 0);
      case HostCall.Invalidate c -> owners.getOrDefault(c.object(), 0);
      case HostCall.AllocatePaging _,
          HostCall.AllocateQueue _,
          HostCall.ReadFaults _,
          HostCall.WriteFaults _ ->
          throw new IllegalArgumentException("The reference makes no such call: " + call);
    };
  }
}
