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
  private final long most;
  private final DelayQueue<Ready> ready = new DelayQueue<>();
  private final ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger atWork = new AtomicInteger();
  private final AtomicLong begun = new AtomicLong();
  private volatile boolean stopped;

  /**
   * @param through which guests have nothing to do in this phase any more
   * @param most requests
   */
  ClosedDrive(
      List<Slot> slots, Arrival.Closed arrival, Meter meter, Predicate<Slot> through, long most) {
    this.slots = slots;
    this.arrival = arrival;
    this.meter = meter;
    this.through = through;
    this.most = most;
  }

  @Override
  public void run() {
    long now = System.nanoTime();
    for (Slot slot : slots) {
      if (!through.test(slot)) {
        atWork.incrementAndGet();
        ready.add(new Ready(slot, now));
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
      while (!stopped && atWork.get() > 0 && begun.get() < most) {
        var next = ready.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (next == null) {
          continue;
        }
        if (begun.getAndIncrement() >= most) {
          return;
        }
        next.slot.step(meter, System.nanoTime());
        if (through.test(next.slot)) {
          atWork.decrementAndGet();
        } else {
          ready.add(new Ready(next.slot, System.nanoTime() + arrival.think().toNanos()));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
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
    if (most < Long.MAX_VALUE) {
      return Math.min(1, begun.get() / (double) most);
    }
    return slots.isEmpty() ? 1 : 1 - atWork.get() / (double) slots.size();
  }

  @Override
  public String done() {
    return most < Long.MAX_VALUE
        ? "%d of %d requests".formatted(Math.min(begun.get(), most), most)
        : "%d of %d guests".formatted(slots.size() - atWork.get(), slots.size());
  }
}
