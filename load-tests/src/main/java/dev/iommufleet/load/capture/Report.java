package dev.iommufleet.load.capture;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Counts of one replayed file. Written by one thread; others may look at the volatile parts. */
public final class Report {
  private final String file;
  private final int keep;
  private final long[] comparisons = new long[Kind.values().length];
  private final long[] notCompared = new long[Kind.values().length];
  private final List<Mismatch> first = new ArrayList<>();
  private long operations;
  private long mismatches;
  private long lines;
  private long nanos;
  private String error;

  /** {@code keep}: how many mismatches are kept in full. */
  public Report(String file, int keep) {
    this.file = file;
    this.keep = keep;
  }

  void operation() {
    operations++;
  }

  void compared(Kind kind) {
    comparisons[kind.ordinal()]++;
  }

  void notCompared(Kind kind) {
    notCompared[kind.ordinal()]++;
  }

  void mismatch(Mismatch mismatch) {
    mismatches++;
    if (first.size() < keep) {
      first.add(mismatch);
    }
  }

  /** Whether the next mismatch is kept, so that its texts are worth making. */
  boolean keepsMore() {
    return first.size() < keep;
  }

  void countMismatch() {
    mismatches++;
  }

  void lines(long count) {
    lines = count;
  }

  void took(long nanos) {
    this.nanos = nanos;
  }

  void failed(String why) {
    error = why;
  }

  public String file() {
    return file;
  }

  /** Outermost operations that were replayed. */
  public long operations() {
    return operations;
  }

  /** Kinds that occur, with the number of answers compared. */
  public Map<Kind, Long> comparisons() {
    return nonZero(comparisons);
  }

  /** Kinds of which answers were left out, with their number. */
  public Map<Kind, Long> notCompared() {
    return nonZero(notCompared);
  }

  public long mismatches() {
    return mismatches;
  }

  public List<Mismatch> first() {
    return Collections.unmodifiableList(first);
  }

  public long lines() {
    return lines;
  }

  public long linesPerSecond() {
    return nanos == 0 ? 0 : (long) (lines * 1e9 / nanos);
  }

  /** Why the file could not be replayed to its end; null: it was. */
  public String error() {
    return error;
  }

  private static Map<Kind, Long> nonZero(long[] counts) {
    var map = new EnumMap<Kind, Long>(Kind.class);
    for (Kind kind : Kind.values()) {
      if (counts[kind.ordinal()] != 0) {
        map.put(kind, counts[kind.ordinal()]);
      }
    }
    return map;
  }
}
