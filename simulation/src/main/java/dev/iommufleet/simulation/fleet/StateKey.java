package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.StateHash;

/** Small numbers as one of 64 bits, for the hash of a run. */
final class StateKey {
  private static final long TAG = 70;

  private StateKey() {}

  static long of(long a, long b, long c) {
    return StateHash.mix(TAG, a << 32 ^ b, c);
  }
}
