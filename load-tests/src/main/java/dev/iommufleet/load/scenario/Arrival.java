package dev.iommufleet.load.scenario;

import java.time.Duration;
import java.util.SplittableRandom;

/** When requests are to start. */
public sealed interface Arrival {
  long NANOS = 1_000_000_000L;

  /**
   * Each guest sends its next request when the one before was answered and it has thought.
   *
   * @param concurrency most requests under way at once; 0: as many as there are guests
   */
  record Closed(int concurrency, Duration think) implements Arrival {}

  /** Requests start when time says so, answered or not. */
  sealed interface Open extends Arrival {

    /** Gives one start after the other, in nanoseconds from the phase's beginning, ascending. */
    Starts starts(long seed);
  }

  /** Start times; {@link #next} never ends. */
  @FunctionalInterface
  interface Starts {
    long next();
  }

  /** {@code rate}: requests in a second, evenly. */
  record Constant(double rate) implements Open {
    @Override
    public Starts starts(long seed) {
      return new Starts() {
        private long sent;

        @Override
        public long next() {
          return (long) (sent++ * (NANOS / rate));
        }
      };
    }
  }

  /** {@code rate}: requests in a second in the mean, independent of each other. */
  record Poisson(double rate) implements Open {
    @Override
    public Starts starts(long seed) {
      var random = new SplittableRandom(seed);
      return new Starts() {
        private double at;

        @Override
        public long next() {
          at += -Math.log(1 - random.nextDouble()) * NANOS / rate;
          return (long) at;
        }
      };
    }
  }

  /** The rate grows or falls evenly over {@code over}, and stays then. */
  record Ramp(double from, double to, Duration over) implements Open {
    @Override
    public Starts starts(long seed) {
      double seconds = over.toNanos() / (double) NANOS;
      double slope = (to - from) / seconds;
      double whole = (from + to) / 2 * seconds;
      return new Starts() {
        private long sent;

        /** Solves {@code from·t + slope·t²/2 = sent}. */
        @Override
        public long next() {
          double count = sent++;
          double at;
          if (count >= whole) {
            at = seconds + (count - whole) / to;
          } else if (slope == 0) {
            at = count / from;
          } else {
            at = (Math.sqrt(from * from + 2 * slope * count) - from) / slope;
          }
          return (long) (at * NANOS);
        }
      };
    }
  }

  /** {@code size} requests at once, every {@code every}. */
  record Burst(int size, Duration every) implements Open {
    @Override
    public Starts starts(long seed) {
      return new Starts() {
        private long sent;

        @Override
        public long next() {
          return sent++ / size * every.toNanos();
        }
      };
    }
  }
}
