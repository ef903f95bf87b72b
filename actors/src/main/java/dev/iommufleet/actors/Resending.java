package dev.iommufleet.actors;

import java.time.Duration;

/**
 * How long a peer is waited for before it is told again: twice as long each time.
 *
 * @param minMillis the first time
 * @param maxMillis at most
 */
public record Resending(int minMillis, int maxMillis) {
  /** A peer that was told again so often without being heard does not run. */
  static final int SILENT_ATTEMPTS = 3;

  /** Messages that one turn tells again. */
  static final int WINDOW = 256;

  private static final int MOST_DOUBLINGS = 16;

  /** {@code attempts}: times that it was told again since it was heard. */
  Duration pause(int attempts) {
    long millis = (long) minMillis << Math.min(attempts, MOST_DOUBLINGS);
    return Duration.ofMillis(Math.min(millis, maxMillis));
  }
}
