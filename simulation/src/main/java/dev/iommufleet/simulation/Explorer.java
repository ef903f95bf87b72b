package dev.iommufleet.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Visits every state that can be reached, depth first, each once. Choices of different actors
 * commute, so of their orders one is executed: what has been tried beside a choice sleeps behind it
 * until something of its own actor happens. Sleeping cuts transitions, never states.
 */
final class Explorer<S extends Explorable<S>> {
  private final S start;
  private final long mostStates;
  private final Graph graph = new Graph();
  private final List<Choice> path = new ArrayList<>();

  /** Each choice that was met has a bit of its own. */
  private final Map<Choice, Long> bits = new HashMap<>();

  private Explored.Violation violation;
  private boolean complete = true;
  private long steps;

  Explorer(S start, long mostStates) {
    this.start = start;
    this.mostStates = mostStates;
  }

  /** A choice that sleeps, and what it adds to the hash of any state that it happens in. */
  private record Asleep(Choice choice, long bit, long delta) {}

  Explored explore() {
    S state = start.fork();
    long hash = state.hash();
    String broken = state.broken();
    if (broken != null) {
      return new Explored(1, 0, 1, false, new Explored.Violation(List.of(), broken));
    }
    graph.add(hash, 0);
    visit(state, hash, List.of());
    return new Explored(
        graph.states(), steps, graph.paths(hash), complete && violation == null, violation);
  }

  // The stack is as deep as the longest schedule, which budgets keep short.
  private void visit(S state, long hash, List<Asleep> sleeping) {
    List<Choice> choices = state.choices();
    long[] successors = new long[choices.size()];
    List<Asleep> asleep = new ArrayList<>(sleeping);
    int number = 0;
    for (Choice choice : choices) {
      Asleep sleeper = find(sleeping, choice);
      if (sleeper != null) {
        successors[number++] = hash + sleeper.delta();
        continue;
      }
      S next = state.fork();
      next.take(choice);
      steps++;
      long nextHash = next.hash();
      successors[number++] = nextHash;
      path.add(choice);
      enter(next, nextHash, choice, asleep);
      path.removeLast();
      if (violation != null) {
        return;
      }
      asleep.add(new Asleep(choice, bit(choice), nextHash - hash));
    }
    graph.successors(hash, successors, number);
  }

  private void enter(S next, long nextHash, Choice choice, List<Asleep> asleep) {
    if (graph.known(nextHash)) {
      awaken(next, nextHash, choice, asleep);
      return;
    }
    String broken = next.broken();
    if (broken != null) {
      violation = new Explored.Violation(List.copyOf(path), broken);
      return;
    }
    if (graph.states() >= mostStates) {
      complete = false;
      return;
    }
    List<Asleep> stillAsleep = independent(asleep, choice);
    graph.add(nextHash, bits(stillAsleep));
    visit(next, nextHash, stillAsleep);
  }

  /** A state that was left with more asleep than now has to be looked at again. */
  private void awaken(S next, long nextHash, Choice choice, List<Asleep> asleep) {
    long before = graph.asleep(nextHash);
    if (before == 0) {
      return;
    }
    List<Asleep> common = new ArrayList<>();
    for (Asleep sleeper : independent(asleep, choice)) {
      if ((before & sleeper.bit()) != 0) {
        common.add(sleeper);
      }
    }
    if (bits(common) != before) {
      graph.add(nextHash, bits(common));
      visit(next, nextHash, common);
    }
  }

  private List<Asleep> independent(List<Asleep> asleep, Choice choice) {
    List<Asleep> kept = new ArrayList<>(asleep.size());
    for (Asleep sleeper : asleep) {
      if (start.commute(sleeper.choice(), choice)) {
        kept.add(sleeper);
      }
    }
    return kept;
  }

  private static Asleep find(List<Asleep> sleeping, Choice choice) {
    for (Asleep sleeper : sleeping) {
      if (sleeper.choice().equals(choice)) {
        return sleeper;
      }
    }
    return null;
  }

  private static long bits(List<Asleep> asleep) {
    long bits = 0;
    for (Asleep sleeper : asleep) {
      bits |= sleeper.bit();
    }
    return bits;
  }

  private long bit(Choice choice) {
    Long bit = bits.get(choice);
    if (bit == null) {
      if (bits.size() == Long.SIZE) {
        throw new ScenarioException("more than 64 different things may happen", null);
      }
      bit = 1L << bits.size();
      bits.put(choice, bit);
    }
    return bit;
  }

  // ---- beyond what can be exhausted ----

  /** Walks {@code walks} random schedules to their ends. */
  Explored sample(long seed, int walks, int mostSteps) {
    var random = new Random(seed);
    for (int walk = 0; walk < walks && violation == null; walk++) {
      path.clear();
      S state = start.fork();
      for (int i = 0; i < mostSteps; i++) {
        List<Choice> choices = state.choices();
        if (choices.isEmpty()) {
          break;
        }
        Choice choice = choices.get(random.nextInt(choices.size()));
        state.take(choice);
        steps++;
        path.add(choice);
        graph.add(state.hash(), 0);
        String broken = state.broken();
        if (broken != null) {
          violation = new Explored.Violation(List.copyOf(path), broken);
          break;
        }
      }
    }
    return new Explored(graph.states(), steps, walks, false, violation);
  }

  // ---- the shortest story ----

  /** A schedule of least length that breaks the same invariant, as far as {@code most} reaches. */
  Explored.Violation shortest(Explored.Violation found, long most) {
    record Node(Node before, Choice choice, Explorable<?> state) {}
    var seen = new Graph();
    var queue = new ArrayDeque<Node>();
    queue.add(new Node(null, null, start.fork()));
    seen.add(start.hash(), 0);
    while (!queue.isEmpty() && seen.states() < most) {
      Node node = queue.remove();
      @SuppressWarnings("unchecked") // only states of this kind are put in
      S state = (S) node.state();
      for (Choice choice : state.choices()) {
        S next = state.fork();
        next.take(choice);
        long hash = next.hash();
        if (seen.known(hash)) {
          continue;
        }
        seen.add(hash, 0);
        String broken = next.broken();
        if (broken != null && isSame(broken, found.what())) {
          List<Choice> schedule = new ArrayList<>(List.of(choice));
          for (Node at = node; at.choice() != null; at = at.before()) {
            schedule.add(at.choice());
          }
          Collections.reverse(schedule);
          return new Explored.Violation(schedule, broken);
        }
        if (broken == null) {
          queue.add(new Node(node, choice, next));
        }
      }
    }
    return found;
  }

  /** The same invariant: what stands before the colon. */
  private static boolean isSame(String one, String other) {
    return one.substring(0, one.indexOf(':') + 1)
        .equals(other.substring(0, other.indexOf(':') + 1));
  }
}
