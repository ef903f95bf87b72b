package dev.iommufleet.load.capture;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * Holds what a target answered against what the capture says.
 *
 * <p>Events are compared in order. Between events that belong to the whole operation, those of
 * different address spaces have no order among each other; each space's own have.
 */
final class Comparer {
  private static final String NOTHING = "nothing";

  /** How far a missing or surplus event is looked for. */
  private static final int LOOK_AHEAD = 64;

  private final Report report;
  private final RegisterTracker registers = new RegisterTracker();
  private final Answers answers = new Answers(registers);
  private final Results results = new Results();
  private Step step;
  private MemoryImage memory;
  private EventList expected;
  private EventList actual;

  Comparer(Report report) {
    this.report = report;
  }

  RegisterTracker registers() {
    return registers;
  }

  /** Compares everything that the capture says about the step. */
  void compare(Step step, MemoryImage memory) {
    this.step = step;
    this.memory = memory;
    expected = step.expected;
    if (step.type == EventType.DMA_BEGIN) {
      joinRegisters();
    }
    actual = answers.of(step);
    if (step.leftOut.length > 0) {
      leaveOut();
    }
    boolean registersTold = endsWithRegisters();
    if (step.isFromJournal()) {
      expected = JournaledAnswers.wanted(expected, report);
      actual = JournaledAnswers.given(actual);
    }
    events();
    if (step.type.opens() && !registersTold) {
      report.compared(Kind.REGISTER_FILE);
    }
    result();
  }

  private boolean endsWithRegisters() {
    int size = expected.size();
    return size > 0 && expected.get(size - 1).type == EventType.REGS;
  }

  /** In a dma the capture tells the changes of each part, a target those of the whole. */
  private void joinRegisters() {
    var changes = new TreeMap<Long, Long>();
    var joined = new EventList();
    for (int i = 0; i < expected.size(); i++) {
      Event event = expected.get(i);
      if (event.type != EventType.REGS) {
        joined.add(event);
      } else {
        for (int at = 0; at < event.list.length; at += 2) {
          changes.put(event.list[at], event.list[at + 1]);
        }
      }
    }
    changes
        .entrySet()
        .removeIf(e -> registers.before(e.getKey().intValue()) == e.getValue().intValue());
    if (!changes.isEmpty()) {
      long[] list =
          changes.entrySet().stream()
              .flatMapToLong(e -> LongStream.of(e.getKey(), e.getValue()))
              .toArray();
      joined.add().start(EventType.REGS, step.seq).put(Field.CHANGED, list);
    }
    expected = joined;
  }

  private void result() {
    if (!step.hasResult) {
      return;
    }
    pair(step.result, results.of(step));
    if (step.result.type == EventType.DMA_END && !step.plainData) {
      report.notCompared(Kind.MEMORY_WRITE);
    }
  }

  // ---- events in order ---------------------------------------------------------------------

  private void events() {
    int e = 0;
    int a = 0;
    while (e < expected.size() && a < actual.size()) {
      Event wanted = expected.get(e);
      Event found = actual.get(a);
      if (wanted.sameIn(found)) {
        report.compared(Kind.of(wanted.type));
        e++;
        a++;
      } else if (found.group == Event.NO_GROUP
          && wanted.group != Event.NO_GROUP
          && find(expected, e, found) < 0) {
        surplus(found);
        a++;
      } else if (wanted.group == Event.NO_GROUP
          && found.group != Event.NO_GROUP
          && find(actual, a, wanted) < 0) {
        missing(wanted);
        e++;
      } else if (wanted.group != Event.NO_GROUP || found.group != Event.NO_GROUP) {
        int endOfWanted = runEnd(expected, e);
        int endOfFound = runEnd(actual, a);
        groups(new Run(e, endOfWanted), new Run(a, endOfFound));
        e = endOfWanted;
        a = endOfFound;
      } else {
        boolean sameType = wanted.type == found.type;
        int missing = sameType ? -1 : find(actual, a, wanted);
        int surplus = sameType ? -1 : find(expected, e, found);
        if (missing > 0 && (surplus < 0 || missing <= surplus)) {
          surplus(found);
          a++;
        } else if (surplus > 0) {
          missing(wanted);
          e++;
        } else {
          pair(wanted, found);
          e++;
          a++;
        }
      }
    }
    for (; e < expected.size(); e++) {
      missing(expected.get(e));
    }
    for (; a < actual.size(); a++) {
      surplus(actual.get(a));
    }
  }

  /** How many events further on the same event stands, or -1. */
  private static int find(EventList events, int from, Event wanted) {
    int end = Math.min(events.size(), from + LOOK_AHEAD);
    for (int i = from; i < end; i++) {
      if (wanted.type == events.get(i).type && wanted.sameIn(events.get(i))) {
        return i - from;
      }
    }
    return -1;
  }

  // ---- events of address spaces ------------------------------------------------------------

  /** The half-open range of a list. */
  private record Run(int from, int to) {}

  private static int runEnd(EventList events, int from) {
    int end = from;
    while (end < events.size() && events.get(end).group != Event.NO_GROUP) {
      end++;
    }
    return end;
  }

  private void groups(Run wanted, Run found) {
    Map<Long, ArrayDeque<Event>> byGroup = new HashMap<>();
    for (int i = found.from; i < found.to; i++) {
      Event event = actual.get(i);
      byGroup.computeIfAbsent(event.group, _ -> new ArrayDeque<>()).add(event);
    }
    for (int i = wanted.from; i < wanted.to; i++) {
      Event event = expected.get(i);
      ArrayDeque<Event> candidates = byGroup.get(event.group);
      if (candidates == null || candidates.isEmpty()) {
        missing(event);
      } else if (event.sameIn(candidates.getFirst())) {
        candidates.removeFirst();
        report.compared(Kind.of(event.type));
      } else {
        different(event, candidates);
      }
    }
    for (ArrayDeque<Event> left : byGroup.values()) {
      left.forEach(this::surplus);
    }
  }

  private void different(Event wanted, ArrayDeque<Event> candidates) {
    List<Event> skipped = new ArrayList<>();
    for (Event candidate : candidates) {
      if (wanted.sameIn(candidate)) {
        skipped.forEach(this::surplus);
        skipped.forEach(_ -> candidates.removeFirst());
        candidates.removeFirst();
        report.compared(Kind.of(wanted.type));
        return;
      }
      if (skipped.size() == LOOK_AHEAD) {
        break;
      }
      skipped.add(candidate);
    }
    if (candidates.getFirst().type == wanted.type) {
      pair(wanted, candidates.removeFirst());
    } else {
      missing(wanted);
    }
  }

  private void leaveOut() {
    var kept = new EventList();
    for (int i = 0; i < expected.size(); i++) {
      Event event = expected.get(i);
      if (event.group != Event.NO_GROUP && step.leavesOut(event.group)) {
        report.notCompared(Kind.of(event.type));
      } else {
        kept.add(event);
      }
    }
    expected = kept;
    var rest = new EventList();
    for (int i = 0; i < actual.size(); i++) {
      Event event = actual.get(i);
      if (event.group == Event.NO_GROUP || !step.leavesOut(event.group)) {
        rest.add(event);
      }
    }
    actual = rest;
  }

  // ---- outcomes ----------------------------------------------------------------------------

  private void pair(Event wanted, Event found) {
    report.compared(Kind.of(wanted.type));
    if (!wanted.sameIn(found)) {
      mismatch(wanted.type, wanted, found);
    }
  }

  private void missing(Event wanted) {
    report.compared(Kind.of(wanted.type));
    mismatch(wanted.type, wanted, null);
  }

  private void surplus(Event found) {
    report.compared(Kind.of(found.type));
    mismatch(found.type, null, found);
  }

  private void mismatch(EventType type, Event wanted, Event found) {
    if (type == EventType.MEM_WRITE) {
      forget(wanted);
      forget(found);
    }
    if (!report.keepsMore()) {
      report.countMismatch();
      return;
    }
    report.mismatch(
        new Mismatch(
            wanted == null || wanted.seq == 0 ? step.seq : wanted.seq,
            step.request.describe(),
            Kind.of(type),
            wanted == null ? NOTHING : wanted.describe(),
            found == null ? NOTHING : found.describe()));
  }

  /** What the target's memory holds there is not what the capture says. */
  private void forget(Event write) {
    if (write != null) {
      memory.forget(write.get(Field.ADDR), write.getInt(Field.LEN));
    }
  }
}
