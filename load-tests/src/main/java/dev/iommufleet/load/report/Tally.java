package dev.iommufleet.load.report;

import dev.iommufleet.protocol.load.v1.FaultInjected;
import dev.iommufleet.protocol.load.v1.HistoryBegan;
import dev.iommufleet.protocol.load.v1.HistoryEnded;
import dev.iommufleet.protocol.load.v1.HistoryRecord;
import dev.iommufleet.protocol.load.v1.Invoked;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * Counts what a history holds: by phase, by what guests wanted, over time. One thread. Bounded: it
 * grows with the names of requests and phases, not with the length of the history.
 */
public final class Tally implements Consumer<HistoryRecord> {
  private static final int DIGITS = 3;
  private static final long LARGEST_MICROS = 3_600_000_000L;
  private static final String UNNAMED = "load";

  /** Requests of one name. Latencies count from the intended start. */
  static final class OfName {
    final Histogram micros = new Histogram(DIGITS);
    long refused;
    long unknown;

    void add(OfName other) {
      micros.add(other.micros);
      refused += other.refused;
      unknown += other.unknown;
    }
  }

  /** A phase, from its beginning to that of the next. */
  static final class Phase {
    final String name;
    final long beganNanos;
    long endedNanos;
    long operations;
    final Map<String, OfName> names = new TreeMap<>();

    Phase(String name, long beganNanos) {
      this.name = name;
      this.beganNanos = beganNanos;
    }

    double seconds() {
      return (endedNanos - beganNanos) / 1e9;
    }

    OfName all() {
      var all = new OfName();
      names.values().forEach(all::add);
      return all;
    }
  }

  /** What was done to the fleet; times are nanoseconds since the history began, -1: never. */
  static final class Fault {
    final FaultInjected what;
    final long atNanos;
    long healedNanos = -1;
    long withoutServiceNanos = -1;

    Fault(FaultInjected what, long atNanos) {
      this.what = what;
      this.atNanos = atNanos;
    }

    String name() {
      return what.getNode().isEmpty() ? what.getKind() : what.getKind() + " of " + what.getNode();
    }
  }

  private record Open(Phase phase, String name, long intendedNanos, int operations) {}

  HistoryBegan began = HistoryBegan.getDefaultInstance();
  HistoryEnded ended = HistoryEnded.getDefaultInstance();
  final List<Phase> phases = new ArrayList<>();
  final Map<Long, Fault> faults = new LinkedHashMap<>();

  /** By code: how often calls ended with it. */
  final Map<String, Long> errors = new TreeMap<>();

  final Timeline timeline = new Timeline();
  private final Map<Long, Open> open = new HashMap<>();
  long lastNanos;

  @Override
  public void accept(HistoryRecord record) {
    lastNanos = Math.max(lastNanos, record.getAtNanos());
    switch (record.getKindCase()) {
      case BEGAN -> began = record.getBegan();
      case PHASE -> begin(record.getPhase().getName(), record.getAtNanos());
      case INVOKED -> invoked(record.getInvoked(), record.getAtNanos());
      case ANSWERED -> answered(record.getAnswered().getCall(), record.getAtNanos());
      case REFUSED -> {
        var it = record.getRefused();
        failed(it.getCall(), record.getAtNanos(), it.getCode(), true);
      }
      case NO_ANSWER -> {
        var it = record.getNoAnswer();
        failed(it.getCall(), record.getAtNanos(), it.getCode(), false);
      }
      case FAULT ->
          faults.put(
              record.getFault().getFault(), new Fault(record.getFault(), record.getAtNanos()));
      case HEALED -> {
        var fault = faults.get(record.getHealed().getFault());
        if (fault != null) {
          fault.healedNanos = record.getAtNanos();
        }
      }
      case RECOVERED -> {
        var fault = faults.get(record.getRecovered().getFault());
        if (fault != null) {
          fault.withoutServiceNanos = record.getRecovered().getWithoutServiceNanos();
        }
      }
      case ENDED -> ended = record.getEnded();
      case WATCHED, FINAL_STATE, COMPLAINT, KIND_NOT_SET -> {}
    }
  }

  private Phase begin(String name, long atNanos) {
    if (!phases.isEmpty()) {
      phases.getLast().endedNanos = atNanos;
    }
    phases.add(new Phase(name, atNanos));
    return phases.getLast();
  }

  private void invoked(Invoked it, long atNanos) {
    var phase = phases.isEmpty() ? begin(UNNAMED, atNanos) : phases.getLast();
    int operations = Math.max(1, it.getOperationCount());
    open.put(it.getCall(), new Open(phase, it.getName(), it.getIntendedNanos(), operations));
  }

  private void answered(long call, long atNanos) {
    var it = open.remove(call);
    if (it == null) {
      return;
    }
    long micros = Math.clamp((atNanos - it.intendedNanos) / 1_000, 0, LARGEST_MICROS);
    ofName(it).micros.recordValue(micros);
    it.phase.endedNanos = Math.max(it.phase.endedNanos, atNanos);
    it.phase.operations += it.operations;
    var part = timeline.at(atNanos);
    part.micros.recordValue(micros);
    part.operations += it.operations;
  }

  private void failed(long call, long atNanos, String code, boolean refused) {
    errors.merge(code, 1L, Long::sum);
    var it = open.remove(call);
    if (it != null) {
      ofName(it).refused += refused ? 1 : 0;
      ofName(it).unknown += refused ? 0 : 1;
      timeline.at(atNanos).errors++;
    }
  }

  private static OfName ofName(Open it) {
    return it.phase.names.computeIfAbsent(it.name, _ -> new OfName());
  }

  // ---- sums --------------------------------------------------------------------------------

  /** By name, of all phases. */
  Map<String, OfName> names() {
    var all = new TreeMap<String, OfName>();
    for (Phase phase : phases) {
      phase.names.forEach((name, it) -> all.computeIfAbsent(name, _ -> new OfName()).add(it));
    }
    return all;
  }

  OfName all() {
    var all = new OfName();
    phases.forEach(phase -> all.add(phase.all()));
    return all;
  }

  long operations() {
    return phases.stream().mapToLong(it -> it.operations).sum();
  }
}
