package dev.iommufleet.load.report;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/** Latencies and counts over time. When there are too many parts, two become one. */
final class Timeline {
  static final int MOST_PARTS = 600;
  private static final int DIGITS = 2;
  private static final long SECOND = 1_000_000_000L;

  /** What ended in one part. */
  static final class Part {
    final Histogram micros = new Histogram(DIGITS);
    long operations;
    long errors;

    private void add(Part other) {
      micros.add(other.micros);
      operations += other.operations;
      errors += other.errors;
    }
  }

  private final List<Part> parts = new ArrayList<>();
  private long partNanos = SECOND;

  Part at(long nanos) {
    while (nanos / partNanos >= MOST_PARTS) {
      halve();
    }
    int index = (int) (Math.max(0, nanos) / partNanos);
    while (parts.size() <= index) {
      parts.add(new Part());
    }
    return parts.get(index);
  }

  private void halve() {
    partNanos *= 2;
    for (int i = 0; i < parts.size(); i += 2) {
      var part = parts.get(i);
      if (i + 1 < parts.size()) {
        part.add(parts.get(i + 1));
      }
      parts.set(i / 2, part);
    }
    parts.subList((parts.size() + 1) / 2, parts.size()).clear();
  }

  List<Part> parts() {
    return parts;
  }

  double partSeconds() {
    return partNanos / (double) SECOND;
  }
}
