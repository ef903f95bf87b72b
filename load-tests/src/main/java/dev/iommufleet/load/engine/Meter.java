package dev.iommufleet.load.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;

/** Counts and latencies of one phase, by kind of request. Any thread. */
final class Meter {
  private static final int DIGITS = 3;
  private static final long LARGEST_MICROS = 3_600_000_000L;

  /** How a request ended. */
  enum Outcome {
    OK,
    /** The fleet said no; nothing was executed. */
    REFUSED,
    /** Nobody knows whether it was executed. */
    UNKNOWN
  }

  private static final class OfKind {
    private final Histogram micros = new Histogram(DIGITS);
    private long refused;
    private long unknown;

    synchronized void add(Outcome outcome, long nanos) {
      switch (outcome) {
        case OK -> micros.recordValue(Math.clamp(nanos / 1_000, 0, LARGEST_MICROS));
        case REFUSED -> refused++;
        case UNKNOWN -> unknown++;
      }
    }

    synchronized Histogram histogram() {
      return micros.copy();
    }
  }

  private final Map<String, OfKind> kinds = new TreeMap<>();
  private final List<double[]> seconds = new ArrayList<>();
  private final LongAdder answered = new LongAdder();
  private final LongAdder operations = new LongAdder();
  private final LongAdder errors = new LongAdder();
  private final LongAdder shed = new LongAdder();
  private final AtomicLong worst = new AtomicLong();
  private Histogram ofSecond = new Histogram(DIGITS);

  private OfKind kind(String kind) {
    synchronized (kinds) {
      return kinds.computeIfAbsent(kind, _ -> new OfKind());
    }
  }

  /**
   * A request has ended.
   *
   * @param nanos from its intended start
   * @param count operations in it
   */
  void add(String kind, Outcome outcome, long nanos, int count) {
    kind(kind).add(outcome, nanos);
    if (outcome == Outcome.OK) {
      answered.increment();
      operations.add(count);
      worst.accumulateAndGet(nanos, Math::max);
      synchronized (seconds) {
        ofSecond.recordValue(Math.clamp(nanos / 1_000, 0, LARGEST_MICROS));
      }
    } else {
      errors.increment();
    }
  }

  /** An arrival that never became a request. */
  void shed() {
    shed.increment();
  }

  long answered() {
    return answered.sum();
  }

  long operations() {
    return operations.sum();
  }

  long errors() {
    return errors.sum();
  }

  long shedArrivals() {
    return shed.sum();
  }

  /** The longest latency since this was last asked, nanoseconds. */
  long takeWorst() {
    return worst.getAndSet(0);
  }

  /** One row of the time line is complete. */
  void second(double at, double rate) {
    synchronized (seconds) {
      seconds.add(
          new double[] {
            at,
            rate,
            ofSecond.getValueAtPercentile(50),
            ofSecond.getValueAtPercentile(99),
            ofSecond.getMaxValue()
          });
      ofSecond.reset();
    }
  }

  PhaseResult result(String name, boolean warmUp, double startSeconds, double lasted) {
    var all = new Histogram(DIGITS);
    var rows = new TreeMap<String, PhaseResult.OfKind>();
    synchronized (kinds) {
      kinds.forEach(
          (kind, it) -> {
            var micros = it.histogram();
            all.add(micros);
            rows.put(kind, new PhaseResult.OfKind(micros, it.refused, it.unknown));
          });
    }
    synchronized (seconds) {
      return new PhaseResult(
          name,
          warmUp,
          startSeconds,
          lasted,
          rows,
          all,
          List.copyOf(seconds),
          operations(),
          shedArrivals());
    }
  }
}
