package dev.iommufleet.hardware.device;

import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.vtd.spec.PasidEntry;
import java.util.Map;
import java.util.Set;

/**
 * Carries out on the host what a guest's PASID entries ask for, and remembers which nested object
 * each PASID uses. Calls are made in the order of the reference. What fails there leaks; a binding
 * that was made with {@code blockOnFailure} leaves nothing stale attached and nothing behind: what
 * could not be detached or freed is tried again before the next numbered command. [HOST-4] [HOST-6]
 */
public final class HostBindings {
  /** A binding beyond these is refused for want of memory, without a call. */
  public static final int MAX_BINDINGS = 1 << 16;

  private static final int NARROW_BITS = 48;
  private static final int BITS_PER_MODE = 9;

  /**
   * What is believed of a PASID.
   *
   * @param type of the guest's entry, also if attaching failed: 1 first stage, 4 pass-through
   * @param nested id of its nested object; 0: none
   * @param careful it was made with {@code blockOnFailure}
   */
  public record Binding(int type, int nested, boolean careful) {}

  /** What is still attached although it should not be; {@code nested} as in a binding. */
  record Stuck(int nested, boolean toDefault) {}

  private final BindingState state = new BindingState();
  private final Host host;
  private final int deviceId;
  private final int defaultObject;

  public HostBindings(Host host, int deviceId, int defaultObject) {
    this.host = host;
    this.deviceId = deviceId;
    this.defaultObject = defaultObject;
  }

  BindingState state() {
    return state;
  }

  /** By PASID, ascending. */
  public Map<Integer, Binding> bindings() {
    return state.bindings();
  }

  /** Ascending. Objects that nothing uses and that could not be freed yet. */
  public Set<Integer> unfreed() {
    return state.unfreed();
  }

  /** PASIDs where something is attached that could not be detached yet. */
  public Set<Integer> undetached() {
    return state.stuck().keySet();
  }

  /** Without a fault queue. */
  public int bind(Command.Bind c) {
    return bind(c, false);
  }

  /**
   * 0 or the negated errno of the first call that failed; freeing counts for nothing.
   *
   * @param faults the function's page requests come through the host's kernel: if the guest takes
   *     them, a first-stage binding has a fault queue
   */
  int bind(Command.Bind c, boolean faults) {
    retry(c.pasid());
    Binding before = state.binding(c.pasid());
    if (before == null && state.count() >= MAX_BINDINGS) {
      return Errno.NO_MEMORY.negated();
    }
    int type = PasidEntry.translationType(c.entry()[0]);
    int nested = before == null ? 0 : before.nested();
    state.put(c.pasid(), new Binding(type, nested, c.blockOnFailure()));
    int errno =
        switch (type) {
          case PasidEntry.FIRST_STAGE -> attachNested(c, nested, faults && c.pageRequests());
          case PasidEntry.PASS_THROUGH -> attachDefault(c.pasid(), nested);
          default -> Errno.INVALID.negated();
        };
    if (errno != 0 && c.blockOnFailure()) {
      block(c.pasid());
    }
    return errno;
  }

  private int attachNested(Command.Bind c, int before, boolean queued) {
    Host.Reply queue = queued ? host.call(new HostCall.AllocateQueue(0)) : Host.Reply.DONE;
    if (!queue.ok()) {
      return queue.errno();
    }
    Host.Reply allocated = host.call(allocation(c, queue.value()));
    if (!allocated.ok()) {
      if (queued) {
        free(queue.value(), c.blockOnFailure());
      }
      return allocated.errno();
    }
    if (queued) {
      state.putQueue(allocated.value(), queue.value());
    }
    Host.Reply attached = host.call(new HostCall.Attach(deviceId, c.pasid(), allocated.value()));
    if (!attached.ok()) {
      free(allocated.value(), c.blockOnFailure());
      return attached.errno();
    }
    replaced(c.pasid(), before, allocated.value());
    return 0;
  }

  private HostCall.Allocate allocation(Command.Bind c, int queue) {
    long word = c.entry()[2];
    int tableFlags =
        (PasidEntry.supervisorRequests(word) ? HostCall.Allocate.SUPERVISOR_REQUESTS : 0)
            | (PasidEntry.extendedAccessed(word) ? HostCall.Allocate.EXTENDED_ACCESSED : 0)
            | (PasidEntry.writeProtect(word) ? HostCall.Allocate.WRITE_PROTECT : 0);
    return new HostCall.Allocate(
        deviceId,
        defaultObject,
        (c.pasidObject() ? HostCall.Allocate.PASID_USE : 0)
            | (queue == 0 ? 0 : HostCall.Allocate.QUEUE_VALID),
        tableFlags,
        NARROW_BITS + BITS_PER_MODE * PasidEntry.firstStageMode(word),
        PasidEntry.firstStagePointer(word),
        queue);
  }

  private int attachDefault(int pasid, int before) {
    Host.Reply attached = host.call(new HostCall.Attach(deviceId, pasid, defaultObject));
    if (attached.ok()) {
      replaced(pasid, before, 0);
    }
    return attached.errno();
  }

  /** The attachment is as asked; what was there before goes. */
  private void replaced(int pasid, int before, int nested) {
    Binding now = state.binding(pasid);
    state.put(pasid, new Binding(now.type(), nested, now.careful()));
    left(pasid, before, now.careful());
  }

  /** Nothing is attached any more that used this object, nor what was stuck there. */
  private void left(int pasid, int nested, boolean careful) {
    Stuck held = state.stuck(pasid);
    state.putStuck(pasid, null);
    if (nested != 0) {
      free(nested, careful);
    }
    if (held != null && held.nested() != 0 && held.nested() != nested) {
      free(held.nested(), true);
    }
  }

  /** What could not be detached is remembered; what was stuck there before still is. */
  private void hold(int pasid, int nested, boolean toDefault) {
    Stuck held = state.stuck(pasid);
    int object = nested == 0 && held != null ? held.nested() : nested;
    state.putStuck(pasid, new Stuck(object, toDefault));
  }

  /** Nothing of an earlier entry may stay attached. */
  private void block(int pasid) {
    Binding failed = state.binding(pasid);
    if (host.call(new HostCall.Detach(deviceId, pasid)).ok()) {
      state.put(pasid, new Binding(failed.type(), 0, true));
      left(pasid, failed.nested(), true);
    } else {
      hold(pasid, failed.nested(), false);
    }
  }

  /**
   * 0 or the negated errno of detaching. A PASID that is not bound makes no call, unless something
   * is stuck there.
   */
  public int unbind(Command.Unbind c) {
    retry(c.pasid());
    Binding gone = state.binding(c.pasid());
    if (gone == null && !state.isStuck(c.pasid())) {
      return 0;
    }
    boolean careful = gone == null || gone.careful();
    int nested = gone == null ? 0 : gone.nested();
    if (gone != null) {
      state.put(c.pasid(), null);
    }
    int errno = leave(c.pasid(), c.toDefault());
    if (errno == 0) {
      left(c.pasid(), nested, careful);
    } else if (careful) {
      hold(c.pasid(), nested, c.toDefault());
    }
    return errno;
  }

  private int leave(int pasid, boolean toDefault) {
    HostCall call =
        toDefault
            ? new HostCall.Attach(deviceId, pasid, defaultObject)
            : new HostCall.Detach(deviceId, pasid);
    return host.call(call).errno();
  }

  /**
   * 0 or a negated errno. A binding without nested object names object 0, which the kernel does not
   * find; a careful one has nothing attached then, and makes no call. An entry that the kernel took
   * and did not process is an I/O error.
   */
  public int flush(Command.Flush c) {
    Binding binding = state.binding(c.pasid());
    boolean nothing = binding == null || binding.type() != PasidEntry.FIRST_STAGE;
    if (nothing || binding.careful() && binding.nested() == 0) {
      return 0;
    }
    Host.Reply reply =
        host.call(new HostCall.Invalidate(binding.nested(), c.address(), c.pages(), c.leaf()));
    return reply.ok() && reply.value() == 0 ? Errno.IO_ERROR.negated() : reply.errno();
  }

  private void free(int object, boolean careful) {
    if (host.call(new HostCall.Free(object)).ok()) {
      freeQueue(object, careful);
    } else if (careful) {
      state.putUnfreed(object, true);
    }
  }

  /** The object is gone; nothing uses its queue. */
  private void freeQueue(int object, boolean careful) {
    Integer queue = state.queue(object);
    if (queue != null) {
      state.putQueue(object, 0);
      free(queue, careful);
    }
  }

  /** Whether {@link #retry()} would try anything. */
  boolean retries() {
    return state.isAnyStuck() || unfreed().stream().anyMatch(object -> !host.isShared(object));
  }

  /** Tries again to detach and free what could not be. */
  void retry() {
    retry(-1);
  }

  /** {@code except}: the PASID whose turn comes anyway. */
  private void retry(int except) {
    for (var entry : state.stuck().entrySet()) {
      int pasid = entry.getKey();
      if (pasid != except && leave(pasid, entry.getValue().toDefault()) == 0) {
        released(pasid, entry.getValue().nested());
      }
    }
    for (int object : unfreed()) {
      if (!host.isShared(object) && host.call(new HostCall.Free(object)).ok()) {
        state.putUnfreed(object, false);
        freeQueue(object, true);
      }
    }
  }

  private void released(int pasid, int nested) {
    state.putStuck(pasid, null);
    Binding binding = state.binding(pasid);
    if (binding != null) {
      state.put(pasid, new Binding(binding.type(), 0, binding.careful()));
    }
    if (nested != 0) {
      state.putUnfreed(nested, true);
    }
  }

  /** The device is about to be closed: careful bindings go in an orderly way. */
  void closing() {
    bindings()
        .forEach(
            (pasid, binding) -> {
              if (binding.careful()) {
                unbind(new Command.Unbind(pasid, false));
              }
            });
  }

  /**
   * The device was closed and the kernel detached everything. Objects of careful bindings are
   * freed; those of others stay behind, as in the reference. [HOST-1]
   */
  public void closed() {
    state.stuck().forEach((pasid, held) -> released(pasid, held.nested()));
    bindings()
        .forEach(
            (pasid, binding) -> {
              state.put(pasid, null);
              if (binding.careful() && binding.nested() != 0) {
                state.putUnfreed(binding.nested(), true);
              }
            });
    retry();
  }
}
