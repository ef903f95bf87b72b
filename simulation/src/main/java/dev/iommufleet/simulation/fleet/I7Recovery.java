package dev.iommufleet.simulation.fleet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What was acknowledged is there after every recovery, with the hash that was told. */
final class I7Recovery extends Checker {
  private final FleetConfig config;
  private final long[] acknowledged;
  private final List<Map<Long, Long>> hashes = new ArrayList<>();

  I7Recovery(FleetConfig config) {
    super("I7");
    this.config = config;
    acknowledged = new long[config.entities()];
    for (int i = 0; i < acknowledged.length; i++) {
      hashes.add(new HashMap<>());
    }
  }

  @Override
  void see(Seen seen) {
    switch (seen) {
      case Seen.Answered s -> {
        if (!s.answer().isRefused() && s.owner()) {
          int entity = s.answer().entity();
          acknowledged[entity] = Math.max(acknowledged[entity], s.answer().number());
          same(entity, s.answer().number(), s.answer().hash(), "an answer");
        }
      }
      case Seen.Wrote s ->
          same(s.entry().entity(), s.entry().number(), s.entry().stateHash(), "the journal");
      case Seen.Recovered s -> {
        if (s.number() < acknowledged[s.entity()]) {
          broken(
              "%s recovered to entry %d, and %d was acknowledged",
              config.name(s.entity()), s.number(), acknowledged[s.entity()]);
        }
        same(s.entity(), s.number(), s.hash(), "a recovery");
      }
      default -> {}
    }
  }

  private void same(int entity, long number, long hash, String who) {
    Long known = hashes.get(entity).putIfAbsent(number, hash);
    if (known != null && known != hash) {
      broken(
          "%s has hash %016x at entry %d of %s, %016x was known",
          who, hash, number, config.name(entity), known);
    }
  }
}
