package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.StateHash;

/**
 * Chance without a stream: each number follows from the seed, from what it is for and from a
 * counter of that, so leaving one thing out changes nothing else.
 */
final class Dice {

  /** What a number is for. */
  enum What {
    LATENCY,
    DETOUR,
    LOST,
    DUPLICATED,
    WRITE,
    STUCK,
    WRITE_FAILS,
    WRITE_STORED,
    READ,
    GATEWAY,
    ACTION,
    DISTURBANCE
  }

  private final long seed;

  Dice(long seed) {
    this.seed = seed;
  }

  long roll(What what, long whose, long count) {
    return StateHash.mix(StateHash.mix(seed, what.ordinal(), whose), count, what.ordinal());
  }

  /** {@code 0 <= result < limit}. */
  int below(int limit, What what, long whose, long count) {
    return (int) Long.remainderUnsigned(roll(what, whose, count), limit);
  }

  boolean chance(int percent, What what, long whose, long count) {
    return below(100, what, whose, count) < percent;
  }
}
