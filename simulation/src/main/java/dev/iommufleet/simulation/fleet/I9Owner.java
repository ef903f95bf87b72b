package dev.iommufleet.simulation.fleet;

/** One writer at a time, and not a word from a node that does not own the entity. */
final class I9Owner extends Checker {
  private final FleetConfig config;
  private final long[] writers;

  I9Owner(FleetConfig config) {
    super("I9");
    this.config = config;
    writers = new long[config.entities()];
  }

  @Override
  void see(Seen seen) {
    switch (seen) {
      case Seen.Wrote s -> {
        int entity = s.entry().entity();
        if (s.entry().writer() < writers[entity]) {
          broken(
              "instance %d of %s wrote entry %d after instance %d had written",
              s.entry().writer(), config.name(entity), s.entry().number(), writers[entity]);
        }
        writers[entity] = s.entry().writer();
      }
      case Seen.Writes s -> {
        if (!s.owner()) {
          broken("node %d writes for %s, which it does not own", s.node(), config.name(s.entity()));
        }
      }
      case Seen.Answered s -> {
        if (!s.owner()) {
          broken(
              "node %d answered for %s, which it does not own",
              s.node(), config.name(s.answer().entity()));
        }
      }
      case Seen.Told s -> {
        if (!s.owner()) {
          broken(
              "node %d spoke for %s, which it does not own: %s",
              s.node(), config.name(s.entity()), s.message());
        }
      }
      default -> {}
    }
  }
}
