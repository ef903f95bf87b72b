package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.device.AttachState;
import dev.iommufleet.hardware.device.ConfigRegister;
import dev.iommufleet.hardware.device.DeviceOperation;
import java.util.List;
import java.util.function.Consumer;

/** Devices come and go, as a guest's driver sees it. */
final class HotPlug {
  private static final int LOOKS = 60;

  private final Guest guest;
  private final Driver driver;

  HotPlug(Guest guest, Driver driver) {
    this.guest = guest;
    this.driver = driver;
  }

  void attach(Guest.Slot slot, Runnable done) {
    if (slot.present) {
      done.run();
      return;
    }
    guest.operate(
        slot.control,
        new DeviceOperation.Attach("i" + guest.number, slot.sourceId),
        _ ->
            look(
                slot,
                AttachState.ATTACHED,
                LOOKS,
                there -> {
                  slot.present = there;
                  if (there) {
                    guest.enable(slot, done);
                  } else {
                    done.run();
                  }
                }));
  }

  /** Attaches where another device is, or was: it is refused, or it goes at once. */
  void intrude(int index, Runnable done) {
    Guest.Slot slot = guest.slots[index];
    Guest.Slot other = guest.slots[(index + 1) % guest.slots.length];
    if (slot.present || slot == other) {
      done.run();
      return;
    }
    guest.operate(
        slot.control,
        new DeviceOperation.Attach("i" + guest.number, other.sourceId),
        _ ->
            look(
                slot,
                AttachState.ATTACHED,
                LOOKS,
                there -> {
                  if (there) {
                    guest.operate(slot.control, new DeviceOperation.Remove(), _ -> done.run());
                  } else {
                    done.run();
                  }
                }));
  }

  private void look(Guest.Slot slot, AttachState wanted, int left, Consumer<Boolean> then) {
    slot.control.ask(
        new Message.Request.Look(),
        answer -> {
          var state = ((Message.Looked) answer.replies().getFirst()).state();
          if (state == wanted || left == 0 || state == AttachState.DETACHED) {
            then.accept(state == wanted);
          } else {
            guest.later(2L * Timing.POLL, () -> look(slot, wanted, left - 1, then));
          }
        });
  }

  /** Translations go first, then what the function may do, then the function. */
  void detach(Guest.Slot slot, Runnable done) {
    if (!slot.present) {
      done.run();
      return;
    }
    slot.enabled = false;
    slot.present = false;
    driver.unbindAll(
        slot,
        () ->
            guest.chain(
                slot,
                List.of(
                    new DeviceOperation.WriteConfig(ConfigRegister.PRI_CONTROL, 0),
                    new DeviceOperation.WriteConfig(ConfigRegister.ATS_CONTROL, 0),
                    new DeviceOperation.WriteConfig(ConfigRegister.COMMAND, 0),
                    new DeviceOperation.Detach()),
                () -> {
                  slot.listens = false;
                  look(slot, AttachState.DETACHED, LOOKS, _ -> done.run());
                }));
  }

  void remove(Guest.Slot slot, Runnable done) {
    if (!slot.present) {
      done.run();
      return;
    }
    slot.enabled = false;
    slot.present = false;
    slot.listens = false;
    guest.operate(
        slot.control,
        new DeviceOperation.Remove(),
        _ -> guest.reset(slot, () -> driver.unbindAll(slot, done)));
  }
}
