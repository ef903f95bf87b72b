package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.hardware.vtd.Fact;
import java.util.HashSet;
import java.util.Set;

/** At the end everything owed is answered: requests, DMAs, attachments that one end believes in. */
final class Owed extends Checker {
  private final FleetConfig config;
  private final Set<Long> dmas = new HashSet<>();
  private final boolean[] changing;
  private final long[] deviceEpoch;
  private final long[][] iommuEpoch;

  Owed(FleetConfig config) {
    super("owed");
    this.config = config;
    changing = new boolean[config.entities()];
    deviceEpoch = new long[config.entities()];
    iommuEpoch = new long[config.iommus()][config.devices()];
  }

  @Override
  void see(Seen seen) {
    switch (seen) {
      case Seen.Wrote s -> {
        for (Entry.Step step : s.entry().steps()) {
          switch (step) {
            case Entry.Step.OfIommu it ->
                it.facts().forEach(fact -> ofIommu(s.entry().entity(), fact));
            case Entry.Step.OfDevice it ->
                it.facts().forEach(fact -> ofDevice(s.entry().entity(), fact));
          }
        }
      }
      case Seen.Ended s -> ended(s);
      default -> {}
    }
  }

  private void ofDevice(int device, DeviceFact fact) {
    switch (fact) {
      case DeviceFact.DmaStarted f -> dmas.add((long) device << 40 | f.dma());
      case DeviceFact.DmaEnded f -> dmas.remove((long) device << 40 | f.dma());
      case DeviceFact.AttachStarted f -> {
        deviceEpoch[device] = f.epoch();
        changing[device] = true;
      }
      case DeviceFact.AttachAccepted _ -> changing[device] = false;
      case DeviceFact.DetachStarted _ -> changing[device] = true;
      case DeviceFact.AttachmentOver _ -> {
        deviceEpoch[device] = 0;
        changing[device] = false;
      }
      default -> {}
    }
  }

  private void ofIommu(int guest, Fact fact) {
    switch (fact) {
      case Fact.DeviceAttached f -> iommuEpoch[guest][slot(f.sourceId())] = f.epoch();
      case Fact.DeviceDetached f -> iommuEpoch[guest][slot(f.sourceId())] = 0;
      default -> {}
    }
  }

  private static int slot(int sourceId) {
    return (sourceId >> 3) - (FleetConfig.sourceId(0) >> 3);
  }

  @Override
  boolean isQuiet() {
    if (!dmas.isEmpty()) {
      return false;
    }
    for (int device = config.iommus(); device < config.entities(); device++) {
      if (changing[device] || deviceEpoch[device] != epochAtIommu(device)) {
        return false;
      }
    }
    return true;
  }

  private long epochAtIommu(int device) {
    return iommuEpoch[config.guest(device)][config.slot(device)];
  }

  private void ended(Seen.Ended s) {
    for (int guest : s.busy()) {
      broken("the guest of i%d waits for ever", guest);
    }
    for (long dma : dmas) {
      broken("DMA %d of %s never ended", dma & 0xFFFF_FFFFL, config.name((int) (dma >>> 40)));
    }
    for (int device = config.iommus(); device < config.entities(); device++) {
      if (changing[device]) {
        broken("%s is attaching or leaving for ever", config.name(device));
      } else if (deviceEpoch[device] != epochAtIommu(device)) {
        broken(
            "%s has epoch %d, its IOMMU has %d",
            config.name(device), deviceEpoch[device], epochAtIommu(device));
      }
    }
  }
}
