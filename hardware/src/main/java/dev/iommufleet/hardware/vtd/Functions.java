package dev.iommufleet.hardware.vtd;

import dev.iommufleet.hardware.StateHash;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Functions that answer device-TLB invalidations, the invalidations they still owe an answer for,
 * and the wait that stands behind them. [INV-2.5]
 */
final class Functions {
  static final int ITAGS = 32;
  private static final long TAG_FUNCTION = 9;
  private static final long TAG_OPEN = 10;
  private static final long TAG_WAIT = 11;
  private static final long TAG_LEFT = 12;

  /** An invalidation in flight. */
  record Open(int sourceId, int itag) {}

  /** A fetched wait; {@code low}, {@code high}: its descriptor. */
  record Wait(int position, long low, long high) {}

  private final Map<Integer, Boolean> attached = new TreeMap<>();
  private final Set<Integer> left = new TreeSet<>();
  private final Map<Integer, Open> open = new LinkedHashMap<>();
  private Wait wait;
  private long hash;

  long hash() {
    return hash;
  }

  int count() {
    return attached.size();
  }

  boolean isAttached(int sourceId) {
    return attached.containsKey(sourceId);
  }

  boolean answersAtOnce(int sourceId) {
    return attached.get(sourceId);
  }

  /** It was detached and has not come back. */
  boolean hasLeft(int sourceId) {
    return left.contains(sourceId);
  }

  Map<Integer, Boolean> attached() {
    return attached;
  }

  Iterable<Open> open() {
    return open.values();
  }

  boolean isAnyOpen() {
    return !open.isEmpty();
  }

  /** Functions that owe an answer, ascending. */
  int[] owing() {
    return open.values().stream().mapToInt(Open::sourceId).sorted().distinct().toArray();
  }

  Wait pendingWait() {
    return wait;
  }

  /** How many invalidations are open at the function. */
  int openAt(int sourceId) {
    int count = 0;
    for (int itag = 0; itag < ITAGS; itag++) {
      count += open.containsKey(key(sourceId, itag)) ? 1 : 0;
    }
    return count;
  }

  /** The lowest ITag that is free at a function with fewer than 32 open invalidations. */
  int freeItag(int sourceId) {
    int itag = 0;
    while (open.containsKey(key(sourceId, itag))) {
      itag++;
    }
    return itag;
  }

  Open find(int sourceId, int itag) {
    return open.get(key(sourceId, itag));
  }

  private static int key(int sourceId, int itag) {
    return sourceId << 5 | itag;
  }

  // ---- changes; each is the effect of one fact ----

  void attach(int sourceId, boolean answersAtOnce) {
    forget(sourceId);
    attached.put(sourceId, answersAtOnce);
    hash += attachedTerm(sourceId);
  }

  void detach(int sourceId) {
    forget(sourceId);
    left.add(sourceId);
    hash += StateHash.mix(TAG_LEFT, sourceId, 0);
  }

  private void forget(int sourceId) {
    if (attached.containsKey(sourceId)) {
      hash -= attachedTerm(sourceId);
      attached.remove(sourceId);
    }
    if (left.remove(sourceId)) {
      hash -= StateHash.mix(TAG_LEFT, sourceId, 0);
    }
  }

  private long attachedTerm(int sourceId) {
    return StateHash.mix(TAG_FUNCTION, sourceId, attached.get(sourceId) ? 1 : 2);
  }

  void sent(int sourceId, int itag) {
    open.put(key(sourceId, itag), new Open(sourceId, itag));
    hash += StateHash.mix(TAG_OPEN, sourceId, itag);
  }

  void ended(int sourceId, int itag) {
    if (open.remove(key(sourceId, itag)) != null) {
      hash -= StateHash.mix(TAG_OPEN, sourceId, itag);
    }
  }

  void pend(Wait pending) {
    wait = pending;
    hash += waitTerm();
  }

  void waitEnded() {
    hash -= waitTerm();
    wait = null;
  }

  private long waitTerm() {
    return wait == null
        ? 0
        : StateHash.mix(TAG_WAIT, wait.position(), wait.low())
            + StateHash.mix(TAG_WAIT, ~wait.position(), wait.high());
  }

  void describe(FactSink sink) {
    attached.forEach((id, atOnce) -> sink.accept(new Fact.FunctionAttached(id, atOnce)));
    left.forEach(id -> sink.accept(new Fact.FunctionDetached(id)));
    for (Iterator<Open> each = open.values().iterator(); each.hasNext(); ) {
      Open one = each.next();
      sink.accept(
          new Fact.InvalidationSent(one.sourceId(), one.itag(), Access.NO_PASID, false, 0, 0));
    }
    if (wait != null) {
      sink.accept(new Fact.WaitPended(wait.position(), wait.low(), wait.high()));
    }
  }
}
