package dev.iommufleet.load.check;

import dev.iommufleet.load.history.Digests;
import dev.iommufleet.protocol.api.v1.WatchedEntry;
import dev.iommufleet.protocol.api.v1.WatchedFact;
import dev.iommufleet.protocol.load.v1.Answered;
import dev.iommufleet.protocol.load.v1.Complaint;
import dev.iommufleet.protocol.load.v1.HistoryRecord;
import dev.iommufleet.protocol.load.v1.Invoked;
import dev.iommufleet.protocol.load.v1.Watched;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Judges a history, record by record: while the load runs, as a listener of its recorder, or later
 * from the file. What it keeps in memory grows with entities and open calls, not with the length of
 * the history. One thread.
 */
public final class Judge implements Consumer<HistoryRecord> {
  private final List<Checker> checkers = new ArrayList<>();
  private final List<Checker> all;
  private final I7Recovery recovery;
  private final I10Once once;
  private final Map<String, Complaints> complaints = new ConcurrentHashMap<>();
  private final Map<Long, Call> open = new HashMap<>();

  /** By entity: the highest number acknowledged, and calls under way. */
  private final Map<String, Known> known = new HashMap<>();

  private final Map<String, Cursor> cursors = new HashMap<>();
  private long forgotten;
  private long unfinished;

  private static final class Known {
    long acknowledged;
    final List<Call> underWay = new ArrayList<>(2);
  }

  /** How far an IOMMU was watched. */
  private static final class Cursor {
    private static final int REMEMBERED = 256;
    long entry;
    final long[] digests = new long[REMEMBERED];
    final long[] entries = new long[REMEMBERED];
  }

  /** What guests say; it counts with the invariant that they name. */
  private static final class Complaints extends Checker {
    Complaints(String rule, String statement) {
      super(rule, statement);
    }
  }

  /**
   * @param codec to the model; null: there is none, and what needs one is not judged
   */
  public Judge(ModelCodec codec) {
    this(codec, _ -> true);
  }

  /** {@code wanted}: ids of invariants that are judged. */
  public Judge(ModelCodec codec, Predicate<String> wanted) {
    var numbers = new Numbers();
    recovery = new I7Recovery(numbers);
    once = new I10Once();
    var model = new Models(codec);
    var submissions = new Submissions();
    all =
        List.of(
            new I1Tables(model),
            new I2Waits(submissions),
            new I3Groups(submissions),
            new I4Requests(),
            new I5Interrupts(),
            new I6Devices(),
            recovery,
            new I8Gapless(model),
            new I9Writer(numbers),
            once,
            new I11Faults(),
            new I12Hashes(model));
    for (Checker checker : all) {
      if (wanted.test(checker.id())) {
        checkers.add(checker);
      }
    }
    // Behind the checkers, which look at what was before.
    checkers.add(numbers);
    checkers.addFirst(model);
    checkers.addFirst(submissions);
  }

  /** Violations so far. Any thread may ask; what it gets may be a moment old. */
  public long findings() {
    long sum = 0;
    for (Checker checker : all) {
      sum += checker.violations();
    }
    for (Checker rule : complaints.values()) {
      sum += rule.violations();
    }
    return sum;
  }

  @Override
  public void accept(HistoryRecord record) {
    for (Checker checker : checkers) {
      checker.at(record.getAtNanos());
    }
    switch (record.getKindCase()) {
      case INVOKED -> invoked(record.getInvoked());
      case ANSWERED -> answered(record.getAnswered());
      case REFUSED -> {
        var call = close(record.getRefused().getCall());
        if (call != null) {
          checkers.forEach(it -> it.refused(call, record.getRefused().getCode()));
        }
      }
      case NO_ANSWER -> unknown(close(record.getNoAnswer().getCall()));
      case WATCHED -> watched(record.getWatched());
      case FAULT -> {
        forgotten += record.getFault().getForgets() ? 1 : 0;
        checkers.forEach(it -> it.fault(record.getFault()));
      }
      case FINAL_STATE -> checkers.forEach(it -> it.finalState(record.getFinalState()));
      case COMPLAINT -> complaint(record.getAtNanos(), record.getComplaint());
      case ENDED -> {}
      case BEGAN, PHASE, HEALED, RECOVERED, KIND_NOT_SET -> {}
    }
  }

  // ---- calls -------------------------------------------------------------------------------

  private void invoked(Invoked invoked) {
    var key =
        invoked.getEntityKind().getNumber() == 2
            ? "device " + invoked.getEntity()
            : invoked.getEntity();
    var entity = known.computeIfAbsent(key, _ -> new Known());
    var call = new Call(invoked, entity.acknowledged, forgotten);
    call.overlapped = !entity.underWay.isEmpty();
    entity.underWay.forEach(other -> other.overlapped = true);
    entity.underWay.add(call);
    open.put(invoked.getCall(), call);
    checkers.forEach(it -> it.invoked(call));
  }

  private Call close(long number) {
    var call = open.remove(number);
    if (call != null) {
      known.get(call.key()).underWay.remove(call);
    }
    return call;
  }

  private void answered(Answered answer) {
    var call = close(answer.getCall());
    if (call == null) {
      return;
    }
    checkers.forEach(it -> it.answered(call, answer));
    var entity = known.get(call.key());
    entity.acknowledged = Math.max(entity.acknowledged, answer.getSequenceNumber());
  }

  private void unknown(Call call) {
    if (call != null) {
      unfinished++;
      checkers.forEach(it -> it.unknown(call));
    }
  }

  private void complaint(long atNanos, Complaint it) {
    var rule = complaints.computeIfAbsent(it.getRule(), id -> new Complaints(id, statement(id)));
    rule.at(atNanos);
    rule.checked();
    rule.broken(it.getIommuId(), it.getWhat(), "guest " + it.getGuest());
  }

  private String statement(String id) {
    for (Checker checker : all) {
      if (checker.id().equals(id)) {
        return checker.judged().statement();
      }
    }
    return id.equals("oracle") ? "Answers are the model's" : "What a guest expects";
  }

  // ---- watching ----------------------------------------------------------------------------

  private void watched(Watched watched) {
    var iommu = watched.getIommuId();
    var cursor = cursors.computeIfAbsent(iommu, _ -> new Cursor());
    switch (watched.getResponse().getEventCase()) {
      case ENTRY -> entry(iommu, cursor, watched.getResponse().getEntry());
      case CAUGHT_UP -> {
        long number = watched.getResponse().getCaughtUp().getSequenceNumber();
        checkers.forEach(it -> it.caughtUp(iommu, number));
      }
      case LAGGED, EVENT_NOT_SET -> {}
    }
  }

  private void entry(String iommu, Cursor cursor, WatchedEntry entry) {
    long number = entry.getSequenceNumber();
    long digest = Digests.of(List.of(entry));
    int slot = (int) (number % Cursor.REMEMBERED);
    if (number <= cursor.entry) {
      boolean forgot = cursor.entries[slot] != number && number <= cursor.entry - slots();
      boolean same = forgot || cursor.entries[slot] == number && cursor.digests[slot] == digest;
      checkers.forEach(it -> it.servedAgain(iommu, number, same));
      return;
    }
    cursor.entry = number;
    cursor.entries[slot] = number;
    cursor.digests[slot] = digest;
    for (WatchedFact fact : entry.getFactsList()) {
      checkers.forEach(it -> it.watched(iommu, number, fact));
    }
  }

  private static int slots() {
    return Cursor.REMEMBERED;
  }

  // ---- verdict -----------------------------------------------------------------------------

  /** When nothing more comes; once. */
  public Verdict verdict() {
    for (Call call : List.copyOf(open.values())) {
      unknown(close(call.invoked.getCall()));
    }
    checkers.forEach(Checker::ended);
    var judged = new ArrayList<Verdict.Judged>();
    for (Checker checker : all) {
      judged.add(withComplaints(checker.judged()));
    }
    complaints.values().stream()
        .sorted((a, b) -> a.id().compareTo(b.id()))
        .forEach(it -> judged.add(it.judged()));
    return new Verdict(List.copyOf(judged), recovery.lost(), once.duplicated(), unfinished);
  }

  private Verdict.Judged withComplaints(Verdict.Judged it) {
    var said = complaints.remove(it.id());
    if (said == null) {
      return it;
    }
    var other = said.judged();
    var first = new ArrayList<>(it.first());
    first.addAll(other.first());
    return new Verdict.Judged(
        it.id(),
        it.statement(),
        it.checked() + other.checked(),
        it.violations() + other.violations(),
        List.copyOf(first));
  }
}
