package dev.iommufleet.node;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * How many requests of each entity this node has in flight. Bounded here, so that no entity's stash
 * ever overflows and one client's flood is told to wait instead of being dropped.
 */
final class Admission {
  private final int perEntity;
  private final Map<String, Gate> gates = new HashMap<>();
  private int total;
  private boolean closed;

  private static final class Gate {
    int inFlight;
    final Queue<Runnable> waiting = new ArrayDeque<>(0);
  }

  Admission(int perEntity) {
    this.perEntity = perEntity;
  }

  int perEntity() {
    return perEntity;
  }

  /** No more from now on. */
  synchronized void close() {
    closed = true;
  }

  synchronized boolean closed() {
    return closed;
  }

  synchronized int total() {
    return total;
  }

  /** Returns when none is in flight or {@code most} is over, with how many are. */
  synchronized int awaitNone(Duration most) {
    long deadline = System.nanoTime() + most.toNanos();
    try {
      for (long left = most.toNanos(); total > 0 && left > 0; left = deadline - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return total;
  }

  /** Whether a request of {@code id} may go; then {@link #leave} must follow. */
  synchronized boolean enter(String id) {
    if (closed) {
      return false;
    }
    var gate = gates.computeIfAbsent(id, _ -> new Gate());
    if (gate.inFlight >= perEntity) {
      return false;
    }
    gate.inFlight++;
    total++;
    return true;
  }

  /** As {@link #enter}; when it is full {@code whenFree} runs once there may be room. */
  boolean enter(String id, Runnable whenFree) {
    synchronized (this) {
      if (enter(id)) {
        return true;
      }
      var gate = gates.get(id);
      if (gate != null) {
        gate.waiting.add(whenFree);
        return false;
      }
    }
    whenFree.run();
    return false;
  }

  void leave(String id) {
    List<Runnable> waiting;
    synchronized (this) {
      var gate = gates.get(id);
      gate.inFlight--;
      total--;
      notifyAll();
      waiting = List.copyOf(gate.waiting);
      gate.waiting.clear();
      if (gate.inFlight == 0) {
        gates.remove(id);
      }
    }
    // All of them: one may have gone meanwhile, and those that find no room wait again.
    waiting.forEach(Runnable::run);
  }
}
