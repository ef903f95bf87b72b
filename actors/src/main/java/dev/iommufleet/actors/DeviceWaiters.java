package dev.iommufleet.actors;

import dev.iommufleet.actors.EntityCommand.Ask;
import dev.iommufleet.hardware.device.AttachState;
import dev.iommufleet.hardware.device.DeviceView;
import dev.iommufleet.protocol.api.v1.RefusalCode;
import dev.iommufleet.protocol.cluster.v1.HostDeviceWaited;
import dev.iommufleet.protocol.cluster.v1.WaitHostDevice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Those who wait until an attachment was answered or is over, or a DMA has ended. They are
 * forgotten with a restart: nothing is decided here.
 */
final class DeviceWaiters {
  private final HostDeviceEntity entity;
  private final List<Ask> waiting = new ArrayList<>(0);

  DeviceWaiters(HostDeviceEntity entity) {
    this.entity = entity;
  }

  /**
   * @throws RefusedException BAD_ARGUMENT, LIMIT_EXCEEDED
   */
  void add(DeviceIncarnation it, Ask ask) {
    var wait = ask.request().getWaitHostDevice();
    if (wait.getUntilCase() == WaitHostDevice.UntilCase.UNTIL_NOT_SET) {
      throw new RefusedException(
          RefusalCode.REFUSAL_CODE_BAD_ARGUMENT, "it is not said what is waited for");
    }
    long most = entity.environment.settings().limits().awaitMaxMillis();
    long millis = Integer.toUnsignedLong(wait.getWaitMillis());
    if (millis > most) {
      throw new RefusedException(Refusals.limit("wait_millis", most, millis));
    }
    boolean met = isMet(it.device.view(), wait);
    if (met || millis == 0) {
      tell(it, ask, met);
      return;
    }
    waiting.add(ask);
    entity.timers.startSingleTimer(ask, new EntityCommand.WaitOver(ask), Duration.ofMillis(millis));
  }

  /** The device has changed. */
  void changed(DeviceIncarnation it) {
    if (waiting.isEmpty()) {
      return;
    }
    var view = it.device.view();
    waiting.removeIf(
        ask -> {
          boolean met = isMet(view, ask.request().getWaitHostDevice());
          if (met) {
            entity.timers.cancel(ask);
            tell(it, ask, true);
          }
          return met;
        });
  }

  void timeIsUp(DeviceIncarnation it, Ask ask) {
    if (waiting.remove(ask)) {
      tell(it, ask, false);
    }
  }

  private static boolean isMet(DeviceView view, WaitHostDevice wait) {
    return switch (wait.getUntilCase()) {
      case ATTACH_ANSWERED ->
          view.state() != AttachState.ATTACHING || view.epoch() != wait.getAttachAnswered();
      case ATTACHMENT_OVER ->
          view.state() == AttachState.DETACHED || view.epoch() != wait.getAttachmentOver();
      case DMA_ENDED -> view.dmas().stream().noneMatch(dma -> dma.dma() == wait.getDmaEnded());
      case UNTIL_NOT_SET -> true;
    };
  }

  private void tell(DeviceIncarnation it, Ask ask, boolean met) {
    var wait = ask.request().getWaitHostDevice();
    var answer =
        HostDeviceWaited.newBuilder()
            .setMet(met)
            .setDevice(DeviceViews.device(it, entity.environment.node().get()));
    var ended = it.dmaEnds.get(wait.getDmaEnded());
    if (wait.hasDmaEnded() && ended != null) {
      answer.setDma(ended);
    }
    var caller = Caller.of(ask, entity.environment);
    caller.tell(caller.reply().setWaitHostDevice(answer));
  }
}
