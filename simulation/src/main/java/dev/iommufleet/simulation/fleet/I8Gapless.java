package dev.iommufleet.simulation.fleet;

/** Entries have the numbers 1, 2, 3 …; applying one twice changes nothing. */
final class I8Gapless extends Checker {
  private final FleetConfig config;
  private final long[] last;

  I8Gapless(FleetConfig config) {
    super("I8");
    this.config = config;
    last = new long[config.entities()];
  }

  @Override
  void see(Seen seen) {
    switch (seen) {
      case Seen.Wrote s -> {
        int entity = s.entry().entity();
        if (s.entry().number() != last[entity] + 1) {
          broken(
              "entry %d of %s follows entry %d",
              s.entry().number(), config.name(entity), last[entity]);
        }
        last[entity] = s.entry().number();
      }
      case Seen.Replayed s -> {
        if (s.hash() != s.twice()) {
          broken("the last entry of %s applied twice changes its state", config.name(s.entity()));
        }
      }
      default -> {}
    }
  }
}
