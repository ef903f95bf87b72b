package dev.iommufleet.cli.text;

import java.time.Instant;

/** Moments, stored as nanoseconds since 1970-01-01 UTC. */
public final class Times {
  private static final long NANOS = 1_000_000_000L;

  private Times() {}

  /** {@code 2026-11-21T04:05:06.123456789Z}; {@code -} for none. */
  public static String text(long unixNanos) {
    return unixNanos == 0
        ? "-"
        : Instant.ofEpochSecond(unixNanos / NANOS, unixNanos % NANOS).toString();
  }
}
