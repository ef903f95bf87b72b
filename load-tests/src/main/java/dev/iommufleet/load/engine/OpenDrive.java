package dev.iommufleet.load.engine;

import dev.iommufleet.load.scenario.Arrival;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * Requests that start when time says so, one guest after the other. What a guest cannot start yet
 * waits with its intended start, so a pause of the fleet shows in all that it held up. What waits
 * is bounded: beyond it arrivals are shed and counted.
 */
final class OpenDrive implements Drive {
  private static final long LOOK_MILLIS = 50;

  private final List<Slot> slots;
  private final Arrival.Starts starts;
  private final Meter meter;
  private final Predicate<Slot> through;
  private final Limits limits;
  private final Lane[] lanes;
  private final AtomicLong waiting = new AtomicLong();
  private final ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicLong begun = new AtomicLong();
  private volatile boolean stopped;
  private volatile boolean aborted;

  /**
   * @param requests most of them
   * @param nanos none starts so long after the beginning, or later
   * @param backlog most requests that have not ended
   */
  record Limits(long requests, long nanos, int backlog) {}

  /** Requests of one guest; guarded by itself. */
  private final class Lane {
    private final Slot slot;
    private final ArrayDeque<Long> intended = new ArrayDeque<>(0);
    private boolean busy;

    Lane(Slot slot) {
      this.slot = slot;
    }

    synchronized void add(long atNanos) {
      intended.add(atNanos);
      if (!busy) {
        busy = true;
        pool.execute(this::work);
      }
    }

    private void work() {
      Long at;
      while ((at = next()) != null) {
        slot.step(meter, at);
        waiting.decrementAndGet();
      }
    }

    private synchronized Long next() {
      if (aborted || through.test(slot)) {
        waiting.addAndGet(-intended.size());
        intended.clear();
      }
      var at = intended.poll();
      busy = at != null;
      return at;
    }
  }

  /**
   * @param through which guests have nothing to do in this phase any more
   */
  OpenDrive(
      List<Slot> slots,
      Arrival.Starts starts,
      Meter meter,
      Predicate<Slot> through,
      Limits limits) {
    this.slots = slots;
    this.starts = starts;
    this.meter = meter;
    this.through = through;
    this.limits = limits;
    lanes = slots.stream().map(Lane::new).toArray(Lane[]::new);
  }

  @Override
  public void run() throws InterruptedException {
    try (pool) {
      dispatch(System.nanoTime());
      while (waiting.get() > 0 && !aborted) {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
    }
  }

  private void dispatch(long beginning) throws InterruptedException {
    int lane = -1;
    while (!stopped && begun.get() < limits.requests) {
      long start = starts.next();
      long at = beginning + start;
      if (start >= limits.nanos || !sleepUntil(at)) {
        return;
      }
      lane = next(lane);
      if (lane < 0) {
        return; // Nobody has anything to do any more.
      }
      begun.incrementAndGet();
      if (waiting.get() >= limits.backlog) {
        meter.shed();
      } else {
        waiting.incrementAndGet();
        lanes[lane].add(at);
      }
    }
  }

  private boolean sleepUntil(long at) throws InterruptedException {
    for (long left = at - System.nanoTime(); left > 0; left = at - System.nanoTime()) {
      if (stopped) {
        return false;
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      LockSupport.parkNanos(Math.min(left, TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS)));
    }
    return true;
  }

  /** The lane behind this one whose guest has something to do; -1: none. */
  private int next(int lane) {
    for (int i = 1; i <= lanes.length; i++) {
      int candidate = (lane + i) % lanes.length;
      if (!through.test(slots.get(candidate))) {
        return candidate;
      }
    }
    return -1;
  }

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public void abort() {
    stopped = true;
    aborted = true;
    pool.shutdownNow();
  }

  @Override
  public double share() {
    return limits.requests < Long.MAX_VALUE ? begun.get() / (double) limits.requests : -1;
  }

  @Override
  public String done() {
    return limits.requests < Long.MAX_VALUE
        ? "%d of %d requests".formatted(begun.get(), limits.requests)
        : "%d waiting".formatted(waiting.get());
  }
}
