package dev.iommufleet.simulation.fleet;

/** A journal replayed from its first entry gives the state that runs. */
final class I12Replay extends Checker {
  private final FleetConfig config;
  private final long[] journaled;

  I12Replay(FleetConfig config) {
    super("I12");
    this.config = config;
    journaled = new long[config.entities()];
  }

  @Override
  void see(Seen seen) {
    switch (seen) {
      case Seen.Wrote s -> journaled[s.entry().entity()] = s.entry().stateHash();
      case Seen.Replayed s -> {
        if (s.hash() != journaled[s.entity()]) {
          broken(
              "the journal of %s replayed to entry %d gives hash %016x, its entry says %016x",
              config.name(s.entity()), s.number(), s.hash(), journaled[s.entity()]);
        }
        if (s.live() != 0 && s.live() != s.hash()) {
          broken(
              "the journal of %s replayed to entry %d gives hash %016x, what runs has %016x",
              config.name(s.entity()), s.number(), s.hash(), s.live());
        }
      }
      default -> {}
    }
  }
}
