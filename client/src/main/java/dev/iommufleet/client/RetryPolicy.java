package dev.iommufleet.client;

import java.time.Duration;

/**
 * How long a call that may be repeated is repeated while no node answers.
 *
 * @param giveUpAfter from the first attempt on; zero: one attempt
 * @param firstDelay before the second attempt; each further delay is twice as long
 * @param longestDelay what delays grow to
 */
public record RetryPolicy(Duration giveUpAfter, Duration firstDelay, Duration longestDelay) {
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(Duration.ofSeconds(30), Duration.ofMillis(50), Duration.ofSeconds(1));

  /** One attempt. */
  public static final RetryPolicy NONE =
      new RetryPolicy(Duration.ZERO, Duration.ofMillis(50), Duration.ofSeconds(1));

  public RetryPolicy {
    if (giveUpAfter.isNegative() || firstDelay.isNegative() || longestDelay.isNegative()) {
      throw new IllegalArgumentException(
          "durations of a retry policy are zero or more, not %s, %s, %s"
              .formatted(giveUpAfter, firstDelay, longestDelay));
    }
  }

  /** The same delays for another time in all. */
  public RetryPolicy withGiveUpAfter(Duration time) {
    return new RetryPolicy(time, firstDelay, longestDelay);
  }

  /** Milliseconds to wait after attempt {@code attempt}, counted from 1. */
  long delayMillis(int attempt) {
    long longest = longestDelay.toMillis();
    return Math.min(longest, firstDelay.toMillis() << Math.min(attempt - 1, 20));
  }
}
