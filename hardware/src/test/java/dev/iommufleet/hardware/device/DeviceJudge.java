package dev.iommufleet.hardware.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.hardware.device.DeviceReply.Receipt;
import dev.iommufleet.hardware.device.DeviceReply.Received;
import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.link.Report;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Watches a device for what must never be: I1, I3 and I6 as far as one device shows them. */
final class DeviceJudge {
  private final HostDevice device;
  private final Set<Integer> openGroups = new HashSet<>();
  private final Set<Long> running = new HashSet<>();

  /** PASIDs that a call for a sibling may have moved. */
  private final Set<Integer> moved = new HashSet<>();

  private boolean attached;
  private long lastRequest;
  private long lastEpoch;

  DeviceJudge(HostDevice device) {
    this.device = device;
  }

  void saw(DeviceOperation operation, DeviceReply reply, List<DeviceFact> facts, String where) {
    facts.forEach(fact -> saw(fact, where));
    switch (operation) {
      case DeviceOperation.CallHost(HostCall.Attach call) -> moved.add(call.pasid());
      case DeviceOperation.Receive o
          when isDone(reply) && o.command() instanceof Command.Bind bind ->
          moved.remove(bind.pasid());
      default -> {}
    }
    assertEquals(openGroups.size(), device.view().groups().size(), where);
    assertEquals(running.size(), device.view().dmas().size(), where);
    if (operation instanceof DeviceOperation.Receive receive && isDone(reply)) {
      nothingStale(receive.command(), where);
    }
    attachedAsBound(where);
  }

  private static boolean isDone(DeviceReply reply) {
    return reply instanceof Received(Receipt receipt, Report answer)
        && receipt == Receipt.DONE
        && !(answer instanceof Report.Answered(_, int errno) && errno != 0);
  }

  private void saw(DeviceFact fact, String where) {
    switch (fact) {
      case DeviceFact.AttachStarted f -> {
        assertTrue(f.epoch() > lastEpoch, where + ": an epoch came back");
        lastEpoch = f.epoch();
        attached = true;
        lastRequest = 0;
      }
      case DeviceFact.AttachmentOver _ -> {
        attached = false;
        assertTrue(openGroups.isEmpty(), where + ": groups outlive their attachment");
        assertTrue(running.isEmpty(), where + ": DMAs outlive their attachment");
      }
      case DeviceFact.Reported _ -> assertTrue(attached, where + ": tells without attachment");
      case DeviceFact.GroupOpened f ->
          assertTrue(openGroups.add(f.groupIndex()), where + ": a group is opened twice");
      case DeviceFact.GroupEnded f ->
          assertTrue(openGroups.remove(f.groupIndex()), where + ": a group ends twice");
      case DeviceFact.PageRequestSent f ->
          assertEquals(++lastRequest, f.request().number(), where + ": a gap in the outbox");
      case DeviceFact.PageRequestForwarded f ->
          assertEquals(++lastRequest, f.request().number(), where + ": a gap in the outbox");
      case DeviceFact.DmaStarted f -> assertTrue(running.add(f.dma()), where);
      case DeviceFact.DmaEnded f ->
          assertTrue(running.remove(f.dma()), where + ": a DMA ends twice");
      default -> {}
    }
  }

  /** What was flushed and answered for is not kept. */
  private void nothingStale(Command command, String where) {
    for (var kept : device.view().translations()) {
      boolean stale =
          switch (command) {
            case Command.Flush c ->
                c.pasid() == kept.pasid() && c.pages() == Command.ALL_PAGES && isBound(c.pasid());
            case Command.InvalidateTlb c ->
                c.size() == 0
                    && !device.config().passthrough()
                    && (c.allPasids() ? kept.pasid() >= 0 : c.pasid() == kept.pasid());
            case Command.Unbind c -> c.pasid() == kept.pasid();
            default -> false;
          };
      assertFalse(stale && !moved.contains(kept.pasid()), where + ": keeps " + kept);
    }
  }

  /** A flush of a PASID that is not bound to first-stage tables makes no call. */
  private boolean isBound(int pasid) {
    var binding = device.view().bindings().get(pasid);
    boolean nested = binding != null && binding.nested() != 0 && binding.type() == 1;
    return !device.config().passthrough() || nested;
  }

  /** What the device believes to be attached is, unless it knows that something is stuck. */
  private void attachedAsBound(String where) {
    var view = device.view();
    view.bindings()
        .forEach(
            (pasid, binding) -> {
              boolean known = !view.undetached().contains(pasid) && !moved.contains(pasid);
              if (binding.nested() != 0 && known) {
                assertEquals(binding.nested(), view.attachments().get(pasid), where);
              }
            });
  }
}
