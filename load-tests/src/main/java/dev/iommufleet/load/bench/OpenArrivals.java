package dev.iommufleet.load.bench;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import dev.iommufleet.load.bench.Figure.Better;
import dev.iommufleet.load.bench.Figure.Goal;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.IommuFleetGrpc;
import dev.iommufleet.protocol.api.v1.IommuFleetGrpc.IommuFleetFutureStub;
import dev.iommufleet.protocol.api.v1.RequestId;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * Calls of one operation that arrive as they do from many hosts: at random, whether or not earlier
 * ones were answered. A latency counts from when the call was due.
 */
record OpenArrivals(Nodes nodes) implements Benchmark {
  /** Calls at once while capacity is measured. */
  private static final int CLOSED_IN_FLIGHT = 128;

  private static final int CONNECTIONS = 2;
  private static final long SEED = 5;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;

  /** Later than this is an hour's failure, not a latency. */
  private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(2);

  @Override
  public String name() {
    return "open";
  }

  @Override
  public String summary() {
    return "unary Execute at half of capacity, arrivals at random, latency from when each was due";
  }

  /** What is measured. */
  private record Work(String name, double targetMillis, boolean journaled) {}

  @Override
  public List<Figure> run(Effort effort) throws IOException, InterruptedException {
    int iommus = effort.pick(256, 256, 4);
    var figures = new ArrayList<Figure>();
    try (var workspace = Workspace.create();
        var lab = Lab.start(nodes, workspace.path(), List.of());
        var callers = new Callers(lab, iommus)) {
      for (int i = 0; i < iommus; i++) {
        lab.create(Callers.id(i), Mode.LEGACY);
      }
      for (Work work :
          List.of(new Work("open-reads", 10, false), new Work("open-writes", 25, true))) {
        figures.addAll(measure(callers, effort, work));
      }
    }
    return figures;
  }

  private static List<Figure> measure(Callers callers, Effort effort, Work work)
      throws InterruptedException {
    callers.journaled = work.journaled();
    int millis = effort.pick(5_000, 3_000, 100);
    callers.closed(millis * 2L);
    double capacity = callers.closed(millis);
    var p50 = new ArrayList<Double>();
    var p99 = new ArrayList<Double>();
    var p999 = new ArrayList<Double>();
    for (int round = 0; round < effort.pick(5, 3, 1); round++) {
      var latencies = callers.open(capacity / 2, millis, SEED + round);
      p50.add(latencies.getValueAtPercentile(50) / NANOS_PER_MILLI);
      p99.add(latencies.getValueAtPercentile(99) / NANOS_PER_MILLI);
      p999.add(latencies.getValueAtPercentile(99.9) / NANOS_PER_MILLI);
    }
    var how =
        ("%,.0f calls/s with %d at once; then half of that, %.1f s a round, over %d IOMMUs and %d"
                + " connections")
            .formatted(capacity, CLOSED_IN_FLIGHT, millis / 1e3, callers.iommus, CONNECTIONS);
    return List.of(
        Goal.none("calls/s", Better.HIGHER, work.name() + "-capacity", how).of(List.of(capacity)),
        Goal.none("ms", Better.LOWER, work.name() + "-p50", how).of(p50),
        Goal.atMost(work.targetMillis(), "ms", work.name() + "-p99", how).of(p99),
        Goal.none("ms", Better.LOWER, work.name() + "-p999", how).of(p999));
  }

  /** Calls of one operation to each IOMMU in turn. */
  private static final class Callers implements AutoCloseable {
    final int iommus;
    boolean journaled;
    private final Lab lab;
    private final List<ManagedChannel> channels;
    private final List<IommuFleetFutureStub> stubs;
    private final int[] sequences;
    private final AtomicInteger failed = new AtomicInteger();
    private int next;

    Callers(Lab lab, int iommus) {
      this.lab = lab;
      this.iommus = iommus;
      this.sequences = new int[iommus];
      this.channels =
          IntStream.range(0, CONNECTIONS)
              .mapToObj(_ -> lab.node().target())
              .map(target -> ManagedChannelBuilder.forTarget(target).usePlaintext())
              .<ManagedChannel>map(ManagedChannelBuilder::build)
              .toList();
      this.stubs = channels.stream().map(IommuFleetGrpc::newFutureStub).toList();
    }

    static String id(int index) {
      return "open-" + index;
    }

    private ExecuteRequest request(int iommu) {
      var request = ExecuteRequest.newBuilder().setIommuId(id(iommu));
      if (!journaled) {
        return request.addOperations(lab.codec().write(Lab.readRegister())).build();
      }
      int sequence = ++sequences[iommu];
      return request
          .setRequestId(RequestId.newBuilder().setSession("bench").setSequence(sequence))
          .addOperations(lab.codec().write(Lab.write(sequence)))
          .build();
    }

    private void call(Runnable answered) {
      int iommu = next++ % iommus;
      Futures.addCallback(
          stubs.get(iommu % CONNECTIONS).execute(request(iommu)),
          new FutureCallback<ExecuteResponse>() {
            @Override
            public void onSuccess(ExecuteResponse response) {
              answered.run();
            }

            @Override
            public void onFailure(Throwable failure) {
              failed.incrementAndGet();
              answered.run();
            }
          },
          MoreExecutors.directExecutor());
    }

    /** Calls in a second, so many at once. */
    double closed(long millis) throws InterruptedException {
      var room = new Semaphore(CLOSED_IN_FLIGHT);
      long start = System.nanoTime();
      long end = start + TimeUnit.MILLISECONDS.toNanos(millis);
      long calls = 0;
      while (System.nanoTime() < end) {
        room.acquire();
        call(room::release);
        calls++;
      }
      room.acquire(CLOSED_IN_FLIGHT);
      check();
      return calls * NANOS_PER_SECOND / (System.nanoTime() - start);
    }

    /** Latencies in nanoseconds. */
    ConcurrentHistogram open(double perSecond, long millis, long seed) throws InterruptedException {
      var latencies = new ConcurrentHistogram(LONGEST_NANOS, 3);
      var random = new Random(seed);
      var unanswered = new Semaphore(0);
      long start = System.nanoTime();
      double due = 0;
      int calls = 0;
      while (due < millis * NANOS_PER_MILLI) {
        long at = start + (long) due;
        for (long now = System.nanoTime(); now < at; now = System.nanoTime()) {
          LockSupport.parkNanos(at - now);
        }
        call(
            () -> {
              latencies.recordValue(Math.min(System.nanoTime() - at, LONGEST_NANOS));
              unanswered.release();
            });
        calls++;
        due -= Math.log(1 - random.nextDouble()) / perSecond * NANOS_PER_SECOND;
      }
      unanswered.acquire(calls);
      check();
      return latencies;
    }

    private void check() {
      if (failed.get() != 0) {
        throw new IllegalStateException(failed + " calls failed");
      }
    }

    @Override
    public void close() {
      channels.forEach(ManagedChannel::shutdownNow);
    }
  }
}
