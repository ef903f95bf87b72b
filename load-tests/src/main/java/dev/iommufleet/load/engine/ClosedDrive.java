package dev.iommufleet.load.engine;

import dev.iommufleet.load.scenario.Arrival;
import java.util.List;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** Guests that wait for an answer, think, and go on. */
final class ClosedDrive implements Drive {
  private static final long LOOK_MILLIS = 50;

  /**
   * @param requests most of them
   * @param untilThrough the phase ends when all guests are through
   */
  record Limits(long requests, boolean untilThrough) {}

  private record Ready(Slot slot, long atNanos) implements Delayed {
    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(atNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(atNanos - ((Ready) other).atNanos, 0);
    }
  }

  private final List<Slot> slots;
  private final Arrival.Closed arrival;
  private final Meter meter;
  private final Predicate<Slot> through;
  private final Limits limits;
  private final DelayQueue<Ready> ready = new DelayQueue<>();
  private final ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger atWork = new AtomicInteger();
  private final AtomicLong begun = new AtomicLong();
  private volatile long beganNanos;
  private volatile boolean stopped;

  /**
   * @param through which guests have nothing to do in this phase any more
   */
  ClosedDrive(
      List<Slot> slots,
      Arrival.Closed arrival,
      Meter meter,
      Predicate<Slot> through,
      Limits limits) {
    this.slots = slots;
    this.arrival = arrival;
    this.meter = meter;
    this.through = through;
    this.limits = limits;
  }

  @Override
  public void run() {
    beganNanos = System.nanoTime();
    for (Slot slot : slots) {
      if (!through.test(slot)) {
        atWork.incrementAndGet();
        ready.add(new Ready(slot, beganNanos));
      }
    }
    int workers = arrival.concurrency() == 0 ? slots.size() : arrival.concurrency();
    try (pool) {
      for (int i = 0; i < Math.min(workers, slots.size()); i++) {
        pool.execute(this::work);
      }
    }
  }

  private void work() {
    try {
      while (!stopped && atWork.get() > 0 && begun.get() < limits.requests) {
        var next = ready.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (next == null) {
          continue;
        }
        if (begun.getAndIncrement() >= limits.requests) {
          return;
        }
        next.slot.step(meter, System.nanoTime());
        if (through.test(next.slot)) {
          atWork.decrementAndGet();
        } else {
          ready.add(new Ready(next.slot, again()));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Who has begun to boot goes before those that have not; others take turns. */
  private long again() {
    boolean first = limits.untilThrough && arrival.think().isZero();
    return first ? beganNanos - 1 : System.nanoTime() + arrival.think().toNanos();
  }

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public void abort() {
    stopped = true;
    pool.shutdownNow();
  }

  @Override
  public double share() {
    if (limits.requests < Long.MAX_VALUE) {
      return Math.min(1, begun.get() / (double) limits.requests);
    }
    return slots.isEmpty() ? 1 : 1 - atWork.get() / (double) slots.size();
  }

  @Override
  public String done() {
    return limits.requests < Long.MAX_VALUE
        ? "%d of %d requests".formatted(Math.min(begun.get(), limits.requests), limits.requests)
        : "%d of %d guests".formatted(slots.size() - atWork.get(), slots.size());
  }
}
