package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.hardware.link.Report;
import dev.iommufleet.hardware.vtd.Fact;

/** Nothing that lasts happens for an attachment that is over. */
final class I6Epochs extends Checker {
  private final FleetConfig config;

  /** By device: the last epoch that began, and whether it is over. */
  private final long[] epochs;

  private final boolean[] over;

  /** By guest and slot: the epoch that the IOMMU has, 0: none. */
  private final long[][] held;

  I6Epochs(FleetConfig config) {
    super("I6");
    this.config = config;
    epochs = new long[config.entities()];
    over = new boolean[config.entities()];
    held = new long[config.iommus()][config.devices()];
  }

  @Override
  void see(Seen seen) {
    if (seen instanceof Seen.Wrote s) {
      switch (s.entry().cause()) {
        case Entry.Cause.Delivered by -> delivered(s.entry(), by);
        case Entry.Cause.Reported by -> reported(s.entry(), by);
        case Entry.Cause.Asked _, Entry.Cause.Own _ -> {}
      }
      note(s.entry());
    }
  }

  private void delivered(Entry entry, Entry.Cause.Delivered by) {
    int device = entry.entity();
    if (by.epoch() == epochs[device] && !over[device]) {
      return;
    }
    for (Entry.Step step : entry.steps()) {
      for (DeviceFact fact : ((Entry.Step.OfDevice) step).facts()) {
        if (fact instanceof DeviceFact.Lasting && !(fact instanceof DeviceFact.LossSettled)) {
          broken(
              "%s of epoch %d reached %s, whose epoch is %d%s: %s",
              by.delivery(),
              by.epoch(),
              config.name(device),
              epochs[device],
              over[device] ? ", over" : "",
              fact);
        }
      }
    }
  }

  private void reported(Entry entry, Entry.Cause.Reported by) {
    if (by.report() instanceof Report.Attach) {
      return;
    }
    int slot = (by.sourceId() >> 3) - (FleetConfig.sourceId(0) >> 3);
    boolean lasts =
        entry.steps().stream()
            .flatMap(step -> ((Entry.Step.OfIommu) step).facts().stream())
            .anyMatch(fact -> fact instanceof Fact.Lasting);
    if (lasts && held[entry.entity()][slot] != by.epoch()) {
      broken(
          "%s of %s, epoch %d, had an effect on i%d, which has epoch %d",
          by.report(),
          config.name(by.device()),
          by.epoch(),
          entry.entity(),
          held[entry.entity()][slot]);
    }
  }

  private void note(Entry entry) {
    for (Entry.Step step : entry.steps()) {
      switch (step) {
        case Entry.Step.OfIommu s -> s.facts().forEach(fact -> ofIommu(entry.entity(), fact));
        case Entry.Step.OfDevice s -> s.facts().forEach(fact -> ofDevice(entry.entity(), fact));
      }
    }
  }

  private void ofIommu(int guest, Fact fact) {
    switch (fact) {
      case Fact.DeviceAttached f -> held[guest][slot(f.sourceId())] = f.epoch();
      case Fact.DeviceDetached f -> held[guest][slot(f.sourceId())] = 0;
      default -> {}
    }
  }

  private static int slot(int sourceId) {
    return (sourceId >> 3) - (FleetConfig.sourceId(0) >> 3);
  }

  private void ofDevice(int device, DeviceFact fact) {
    switch (fact) {
      case DeviceFact.AttachStarted f -> {
        if (f.epoch() <= epochs[device]) {
          broken("epoch %d of %s came back", f.epoch(), config.name(device));
        }
        epochs[device] = f.epoch();
        over[device] = false;
      }
      case DeviceFact.AttachmentOver _ -> over[device] = true;
      default -> {}
    }
  }
}
