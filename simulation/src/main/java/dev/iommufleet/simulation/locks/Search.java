package dev.iommufleet.simulation.locks;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Visits every state of a program, those with the shortest stories first. Behind something that
 * went wrong it does not go on.
 */
final class Search {
  private static final long MOST_STATES = 2_000_000;

  private final Program program;
  private final Machine start;
  private final Map<Machine, Node> seen = new HashMap<>();
  private final ArrayDeque<Node> queue = new ArrayDeque<>();
  private final Map<String, Found> found = new LinkedHashMap<>();

  Search(Program program, Machine start) {
    this.program = program;
    this.start = start;
  }

  /** {@code schedule}: threads, in the order of their steps. */
  record Found(Hazard hazard, List<Integer> schedule) {}

  /**
   * @param states distinct states
   * @param found one for each kind of hazard, the shortest stories first
   */
  record Result(long states, List<Found> found) {}

  private record Node(Machine machine, Node before, int thread) {}

  Result run() {
    reach(new Node(start, null, -1));
    while (!queue.isEmpty()) {
      Node node = queue.remove();
      for (int thread = 0; thread < program.threads().size(); thread++) {
        if (node.machine().canRun(thread)) {
          Machine next = node.machine().fork();
          Hazard hazard = next.run(thread);
          var after = new Node(next, node, thread);
          if (hazard == null) {
            reach(after);
          } else {
            note(hazard, after);
          }
        }
      }
    }
    return new Result(seen.size(), List.copyOf(found.values()));
  }

  private void reach(Node node) {
    if (seen.putIfAbsent(node.machine(), node) != null) {
      return;
    }
    if (seen.size() > MOST_STATES) {
      throw new IllegalStateException("more than " + MOST_STATES + " states");
    }
    Hazard hazard = stuck(program, node.machine());
    if (hazard == null) {
      queue.add(node);
    } else {
      note(hazard, node);
    }
  }

  private void note(Hazard hazard, Node node) {
    String key = hazard.verdict() + hazard.kind();
    if (found.containsKey(key)) {
      return;
    }
    List<Integer> schedule = new ArrayList<>();
    for (Node at = node; at.before() != null; at = at.before()) {
      schedule.add(at.thread());
    }
    Collections.reverse(schedule);
    found.put(key, new Found(hazard, List.copyOf(schedule)));
  }

  // ---- waiting for ever ----

  /** A cycle of threads that wait for each other's locks, or an end that is none. */
  static Hazard stuck(Program program, Machine machine) {
    for (int thread = 0; thread < program.threads().size(); thread++) {
      List<Integer> waiting = new ArrayList<>();
      int at = thread;
      while (at >= 0 && !waiting.contains(at)) {
        waiting.add(at);
        at = machine.blocker(at);
      }
      if (at == thread) {
        return cycle(program, machine, waiting);
      }
    }
    return deadEnd(program, machine);
  }

  private static Hazard cycle(Program program, Machine machine, List<Integer> waiting) {
    String kind =
        waiting.stream()
            .map(it -> program.locks().get(machine.next(it).target()).kind())
            .sorted()
            .collect(Collectors.joining(" and "));
    String what =
        waiting.stream()
            .map(
                it ->
                    "%s holds %s and waits where it %s"
                        .formatted(
                            program.threads().get(it).name(),
                            String.join(" and ", machine.locksOf(it)),
                            machine.next(it).text()))
            .collect(Collectors.joining("; "));
    return new Hazard(Verdict.DEADLOCK, kind, "deadlock: " + what);
  }

  private static Hazard deadEnd(Program program, Machine machine) {
    var threads = IntStream.range(0, program.threads().size());
    if (threads.anyMatch(machine::canRun)) {
      return null;
    }
    for (int thread = 0; thread < program.threads().size(); thread++) {
      if (!machine.done(thread) && !program.threads().get(thread).mayStop()) {
        String text = machine.next(thread).text();
        return new Hazard(
            Verdict.DEADLOCK,
            "for ever: " + text,
            "deadlock: %s for ever %s".formatted(program.threads().get(thread).name(), text));
      }
    }
    return null;
  }
}
