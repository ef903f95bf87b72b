package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.device.ConfigRegister;
import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.hardware.device.DeviceReply;
import dev.iommufleet.hardware.vtd.Operation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A guest with one IOMMU: a driver on one processor, interrupts on another, and users of its
 * devices. Knows nothing but what it was answered and what interrupts say.
 */
final class Guest {
  private static final int MOST_WAITING = 6;

  final int number;
  final Tables tables;
  final Queue queue;
  final Client cpu;
  final Interrupts interrupts;
  final Slot[] slots;

  private final Cluster cluster;
  private final Driver driver;
  private final ArrayDeque<Action> waiting = new ArrayDeque<>();
  private boolean driving;
  private boolean active;

  /** A device as its guest sees it. */
  static final class Slot {
    final int entity;
    final int sourceId;
    final Client control;
    final Client user;
    boolean present;
    boolean enabled;

    /** Its device TLB may hold something. */
    boolean listens;

    Slot(int entity, int sourceId, Client control, Client user) {
      this.entity = entity;
      this.sourceId = sourceId;
      this.control = control;
      this.user = user;
    }
  }

  Guest(Cluster cluster, int number) {
    this.cluster = cluster;
    this.number = number;
    tables = new Tables(cluster, number);
    queue = new Queue(this);
    cpu = cluster.client(number);
    interrupts = new Interrupts(this, cluster.client(number), cluster.client(number));
    slots = new Slot[cluster.config.devices()];
    for (int i = 0; i < slots.length; i++) {
      int entity = cluster.config.device(number, i);
      slots[i] =
          new Slot(entity, FleetConfig.sourceId(i), cluster.client(entity), cluster.client(entity));
    }
    driver = new Driver(this);
  }

  // ---- actions ------------------------------------------------------------------------------

  void plan(Action action) {
    cluster.agenda.planned(
        action.time(),
        (long) number << 32 | action.number(),
        StateKey.of(number, action.number(), 14),
        () -> begin(action),
        () -> Story.action(cluster, action));
  }

  private void begin(Action action) {
    if (!active) {
      active = true;
      interrupts.watch();
    }
    if (!action.isDrivers()) {
      new User(this, cluster).perform(action);
    } else if (waiting.size() < MOST_WAITING) {
      waiting.add(action);
      next();
    }
  }

  private void next() {
    if (!driving && !waiting.isEmpty()) {
      driving = true;
      driver.perform(
          waiting.remove(),
          () -> {
            driving = false;
            next();
          });
    }
  }

  boolean isBusy() {
    boolean asks = !cpu.isIdle() || driving || !waiting.isEmpty() || interrupts.isBusy();
    for (Slot slot : slots) {
      asks |= !slot.control.isIdle() || !slot.user.isIdle();
    }
    return asks;
  }

  boolean isActive() {
    return active;
  }

  // ---- requests -----------------------------------------------------------------------------

  void execute(Client processor, List<Operation> operations, Consumer<Queue.Replies> then) {
    processor.ask(
        new Message.Request.Execute(operations),
        answer -> then.accept(new Queue.Replies(answer.replies())));
  }

  void operate(Client user, DeviceOperation operation, Consumer<DeviceReply> then) {
    user.ask(
        new Message.Request.Operate(operation),
        answer -> then.accept((DeviceReply) answer.replies().getFirst()));
  }

  void later(long micros, Runnable action) {
    cluster.agenda.quietly(
        cluster.agenda.now() + micros, Agenda.Place.OUTSIDE, StateKey.of(number, 0, 15), action);
  }

  void see(Seen seen) {
    cluster.see(seen);
  }

  void complain(String invariant, String what) {
    see(new Seen.Complained(number, invariant, what));
  }

  // ---- devices ------------------------------------------------------------------------------

  private static DeviceOperation write(ConfigRegister register, long value) {
    return new DeviceOperation.WriteConfig(register, value);
  }

  /** Bus master, PASIDs, ATS, page requests. */
  void enable(Slot slot, Runnable then) {
    slot.listens = true;
    chain(
        slot,
        List.of(
            write(ConfigRegister.COMMAND, 4),
            write(ConfigRegister.PASID_CONTROL, 1),
            write(ConfigRegister.ATS_CONTROL, 1 << 15),
            write(ConfigRegister.PRI_ALLOCATION, Machines.OUTSTANDING),
            write(ConfigRegister.PRI_CONTROL, 1)),
        () -> {
          slot.enabled = true;
          then.run();
        });
  }

  /**
   * Function-level reset: nothing is enabled behind it. Invalidations go on being sent: an access
   * that was on its way lands before the device has answered one.
   */
  void reset(Slot slot, Runnable then) {
    slot.enabled = false;
    operate(slot.control, write(ConfigRegister.DEVICE_CONTROL, 1 << 15), _ -> then.run());
  }

  void chain(Slot slot, List<DeviceOperation> operations, Runnable then) {
    if (operations.isEmpty()) {
      then.run();
    } else {
      operate(
          slot.control,
          operations.getFirst(),
          _ -> chain(slot, operations.subList(1, operations.size()), then));
    }
  }

  /** Devices that did not answer are reset before {@code then}, and enabled behind it. */
  void quarantine(Client processor, Runnable then) {
    if (processor != cpu || queue.suspects.isEmpty()) {
      then.run();
      return;
    }
    var suspects = new ArrayList<Slot>();
    for (Slot slot : slots) {
      if (queue.suspects.remove(slot.sourceId) && slot.listens) {
        suspects.add(slot);
      }
    }
    queue.suspects.clear();
    resetAll(suspects, then);
  }

  void resetAll(List<Slot> some, Runnable then) {
    if (some.isEmpty()) {
      then.run();
    } else {
      reset(some.getFirst(), () -> resetAll(some.subList(1, some.size()), then));
    }
  }

  /** Whatever was reset and is there goes on. */
  void enableAgain(Runnable then) {
    for (Slot slot : slots) {
      if (slot.present && !slot.enabled) {
        enable(slot, () -> enableAgain(then));
        return;
      }
    }
    then.run();
  }
}
