package dev.iommufleet.simulation.fleet;

import java.util.List;

/** All that watch, and the first violation that any of them saw. */
final class Checkers {
  private final List<Checker> all;
  private final Coverage coverage = new Coverage();
  private String violation;
  private long entries;

  Checkers(FleetConfig config) {
    all =
        List.of(
            new I1Frames(config),
            new I2Waits(config),
            new I2Hosts(config),
            new I3Groups(config),
            new I4Requests(config),
            new I5Interrupts(config),
            new I6Epochs(config),
            new I7Recovery(config),
            new I8Gapless(config),
            new I9Owner(config),
            new I10Once(config),
            new I11Faults(config),
            new I12Replay(config),
            new Owed(config));
  }

  void see(Seen seen) {
    if (violation != null) {
      return;
    }
    coverage.see(seen);
    if (seen instanceof Seen.Wrote) {
      entries++;
    }
    if (seen instanceof Seen.Complained it) {
      violation = "%s: the guest of i%d says: %s".formatted(it.invariant(), it.guest(), it.what());
      return;
    }
    for (Checker checker : all) {
      checker.see(seen);
      if (checker.violation() != null) {
        violation = checker.violation();
        return;
      }
    }
  }

  /** Null: none. */
  String violation() {
    return violation;
  }

  Coverage coverage() {
    return coverage;
  }

  long entries() {
    return entries;
  }

  boolean isQuiet() {
    return all.stream().allMatch(Checker::isQuiet);
  }
}
