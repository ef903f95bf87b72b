package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.device.DeviceFact;
import java.util.HashSet;
import java.util.Set;

/** Each page-request group ends once. */
final class I3Groups extends Checker {
  private final FleetConfig config;
  private final Set<Long> open = new HashSet<>();

  I3Groups(FleetConfig config) {
    super("I3");
    this.config = config;
  }

  @Override
  void see(Seen seen) {
    switch (seen) {
      case Seen.Wrote s -> {
        for (Entry.Step step : s.entry().steps()) {
          if (step instanceof Entry.Step.OfDevice it) {
            it.facts().forEach(fact -> fact(s.entry().entity(), fact));
          }
        }
      }
      case Seen.Ended _ -> {
        for (long group : open) {
          broken("group %d of %s never ended", group & 0xFFFF, config.name((int) (group >>> 16)));
        }
      }
      default -> {}
    }
  }

  private void fact(int device, DeviceFact fact) {
    switch (fact) {
      case DeviceFact.GroupOpened f -> {
        if (!open.add((long) device << 16 | f.groupIndex())) {
          broken("group %d of %s is open twice", f.groupIndex(), config.name(device));
        }
      }
      case DeviceFact.GroupEnded f -> {
        if (!open.remove((long) device << 16 | f.groupIndex())) {
          broken("group %d of %s ended twice", f.groupIndex(), config.name(device));
        }
      }
      default -> {}
    }
  }

  @Override
  boolean isQuiet() {
    return open.isEmpty();
  }
}
