package dev.iommufleet.load.scenario;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("arrival models")
class ArrivalTest {
  private static final long SECOND = 1_000_000_000L;

  private static long[] starts(Arrival.Open arrival, long seed, int count) {
    var starts = arrival.starts(seed);
    return LongStream.generate(starts::next).limit(count).toArray();
  }

  private static double within(Arrival.Open arrival, long fromNanos, long toNanos) {
    var starts = arrival.starts(7);
    long count = 0;
    for (long at = starts.next(); at < toNanos; at = starts.next()) {
      count += at >= fromNanos ? 1 : 0;
    }
    return count;
  }

  @Test
  @DisplayName("constant: evenly, from the beginning on")
  void constant() {
    assertArrayEquals(
        new long[] {0, 250_000_000, 500_000_000, 750_000_000},
        starts(new Arrival.Constant(4), 1, 4));
  }

  @Test
  @DisplayName("Poisson: the rate in the mean, gaps spread as exponentials are, by the seed")
  void poisson() {
    var arrival = new Arrival.Poisson(1_000);

    var starts = starts(arrival, 1, 100_000);

    assertEquals(100.0, starts[99_999] / 1e9, 1.5);
    double mean = 1e6;
    double squares = 0;
    long short_ = 0;
    for (int i = 1; i < starts.length; i++) {
      long gap = starts[i] - starts[i - 1];
      squares += (gap - mean) * (gap - mean);
      short_ += gap < 693_147 ? 1 : 0; // The median of an exponential with mean 1 ms.
    }
    assertEquals(1.0, Math.sqrt(squares / starts.length) / mean, 0.02);
    assertEquals(0.5, short_ / (double) starts.length, 0.01);
    assertArrayEquals(starts, starts(arrival, 1, 100_000));
    assertTrue(starts[10] != starts(arrival, 2, 11)[10]);
  }

  @Test
  @DisplayName("ramp: from 100 to 300 a second over 10 s, 300 afterwards")
  void ramp() {
    var arrival = new Arrival.Ramp(100, 300, Duration.ofSeconds(10));

    assertEquals(110, within(arrival, 0, SECOND), 1);
    assertEquals(290, within(arrival, 9 * SECOND, 10 * SECOND), 1);
    assertEquals(2_000, within(arrival, 0, 10 * SECOND), 1);
    assertEquals(300, within(arrival, 11 * SECOND, 12 * SECOND), 1);
  }

  @Test
  @DisplayName("a ramp may fall, and may be flat")
  void fallingRamp() {
    assertEquals(
        1_500, within(new Arrival.Ramp(200, 100, Duration.ofSeconds(10)), 0, 10 * SECOND), 1);
    assertEquals(
        1_000, within(new Arrival.Ramp(100, 100, Duration.ofSeconds(10)), 0, 10 * SECOND), 1);
  }

  @Test
  @DisplayName("burst: so many at once, again and again")
  void burst() {
    assertArrayEquals(
        new long[] {0, 0, 0, SECOND, SECOND, SECOND, 2 * SECOND},
        starts(new Arrival.Burst(3, Duration.ofSeconds(1)), 1, 7));
  }
}
