package dev.iommufleet.load.bench;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.load.remote.WireCodec;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/** One journaled write a second to each of many IOMMUs, until it is closed. */
final class SteadyWrites implements AutoCloseable {
  private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LOOK_MILLIS = 5;
  private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(2);

  private final FleetClient client;
  private final WireCodec codec;

  /** When the last answered write was due. */
  private final AtomicLongArray answeredDue;

  /** From when a write was due to its answer. */
  private final AtomicLongArray longest;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final long began = System.nanoTime();
  private volatile boolean ended;
  private volatile RuntimeException failure;

  private SteadyWrites(FleetClient client, WireCodec codec, int iommus) {
    this.client = client;
    this.codec = codec;
    answeredDue = new AtomicLongArray(iommus);
    longest = new AtomicLongArray(iommus);
  }

  static SteadyWrites begin(FleetClient client, WireCodec codec, int iommus) {
    var load = new SteadyWrites(client, codec, iommus);
    for (int i = 0; i < iommus; i++) {
      int iommu = i;
      load.threads.execute(() -> load.write(iommu));
    }
    return load;
  }

  static String id(int iommu) {
    return "steady-" + iommu;
  }

  int count() {
    return longest.length();
  }

  private void write(int iommu) {
    var session = client.session(id(iommu));
    long due = began + PERIOD_NANOS * iommu / count();
    try {
      for (int value = 1; !ended; value++) {
        for (long now = System.nanoTime(); now < due; now = System.nanoTime()) {
          LockSupport.parkNanos(due - now);
        }
        session.execute(List.of(codec.write(Lab.write(value))));
        long now = System.nanoTime();
        longest.accumulateAndGet(iommu, now - due, Math::max);
        answeredDue.set(iommu, due);
        due = Math.max(due + PERIOD_NANOS, now);
      }
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  void forgetWaits() {
    for (int i = 0; i < count(); i++) {
      longest.set(i, 0);
    }
  }

  long longestWaitNanos(int iommu) {
    return longest.get(iommu);
  }

  /** Until every IOMMU has answered a write that was due then or later. */
  void awaitAnswersSince(long nanos) throws InterruptedException {
    for (int i = 0; i < count(); i++) {
      while (answeredDue.get(i) - nanos < 0) {
        if (failure != null) {
          throw new IllegalStateException("a write failed", failure);
        }
        if (System.nanoTime() - nanos > LONGEST_NANOS) {
          throw new IllegalStateException(id(i) + " is not served any more");
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
    }
  }

  @Override
  public void close() {
    ended = true;
    threads.close();
  }
}
