package dev.iommufleet.simulation;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/** The states that were seen, by their hash, and what follows from each. */
final class Graph {
  private static final long[] NONE = {};

  private final Map<Long, long[]> asleep = new HashMap<>();
  private final Map<Long, long[]> successors = new HashMap<>();

  long states() {
    return asleep.size();
  }

  boolean known(long hash) {
    return asleep.containsKey(hash);
  }

  /** {@code sleeping}: choices that were not tried there, as bits. */
  void add(long hash, long[] sleeping) {
    asleep.put(hash, sleeping.length == 0 ? NONE : sleeping);
  }

  long[] asleep(long hash) {
    return asleep.get(hash);
  }

  void successors(long hash, long[] next) {
    successors.put(hash, next);
  }

  /** Number of paths to states without successors; 2^63 - 1 stands for more. */
  long paths(long from) {
    Map<Long, Long> counts = new HashMap<>();
    var stack = new ArrayDeque<Long>();
    stack.push(from);
    while (!stack.isEmpty()) {
      long hash = stack.peek();
      long[] next = successors.getOrDefault(hash, NONE);
      boolean ready = true;
      for (long one : next) {
        if (!counts.containsKey(one) && successors.containsKey(one)) {
          stack.push(one);
          ready = false;
        }
      }
      if (ready) {
        stack.pop();
        counts.put(hash, sum(next, counts));
      }
    }
    return counts.get(from);
  }

  private static long sum(long[] next, Map<Long, Long> counts) {
    long sum = next.length == 0 ? 1 : 0;
    for (long one : next) {
      sum += counts.getOrDefault(one, 1L);
      if (sum < 0) {
        return Long.MAX_VALUE;
      }
    }
    return sum;
  }
}
