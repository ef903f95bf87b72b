package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.hardware.device.DeviceOperation.CompletionFault;
import dev.iommufleet.hardware.device.DeviceOperation.Mode;
import dev.iommufleet.hardware.device.DeviceReply;
import java.nio.ByteBuffer;

/** Somebody at a device: it moves data, and errs when told to. */
final class User {
  private static final int BYTES = 8;
  private static final long RELEASED_AFTER = 8L * Timing.MILLI;

  private final Guest guest;
  private final Cluster cluster;

  User(Guest guest, Cluster cluster) {
    this.guest = guest;
    this.cluster = cluster;
  }

  void perform(Action a) {
    Guest.Slot slot = guest.slots[a.slot()];
    boolean passthrough = cluster.config.isPassthrough(slot.entity);
    switch (a.kind()) {
      case DMA -> dma(slot, a, Mode.PLAIN);
      case DMA_ATS -> dma(slot, a, passthrough ? Mode.PLAIN : Mode.ATS);
      case DMA_SVA -> dma(slot, a, Mode.SVA);
      case MUTE -> fail(slot, CompletionFault.NEVER);
      case LATE -> {
        fail(slot, CompletionFault.LATE);
        guest.later(RELEASED_AFTER, () -> ask(slot, new DeviceOperation.ReleaseCompletions()));
      }
      case STORM -> storm(slot, a);
      case DEAF -> guest.interrupts.ignore(a.count() * (long) Timing.MILLI);
      default -> throw new IllegalStateException("the driver's: " + a);
    }
  }

  private void ask(Guest.Slot slot, DeviceOperation operation) {
    guest.operate(slot.user, operation, this::check);
  }

  private void check(DeviceReply reply) {
    if (reply instanceof DeviceReply.Refused refused
        && refused.reason() == DeviceReply.Reason.BAD_ARGUMENT) {
      guest.complain("usage", refused.message());
    }
  }

  private void fail(Guest.Slot slot, CompletionFault fault) {
    if (slot.enabled) {
      ask(slot, new DeviceOperation.FailCompletions(fault, 1));
    }
  }

  /** Reads the tag of a frame, or writes behind it. */
  private void dma(Guest.Slot slot, Action a, Mode mode) {
    if (!slot.enabled) {
      return;
    }
    boolean writes = (a.count() & 1) != 0;
    byte[] data =
        writes ? ByteBuffer.allocate(BYTES).putLong(0, (long) a.number() << 8 | 1).array() : null;
    long iova = Layout.iova(a.page()) + (writes ? BYTES : 0);
    ask(slot, new DeviceOperation.StartDma(Driver.pasid(a.pasid()), iova, BYTES, data, mode));
  }

  private void storm(Guest.Slot slot, Action a) {
    for (int i = 0; slot.enabled && i < a.count(); i++) {
      ask(
          slot,
          new DeviceOperation.RequestPage(
              Driver.pasid(a.pasid()),
              Layout.iova((a.page() + i) % Layout.PAGES),
              true,
              false,
              false,
              false,
              true));
    }
  }
}
