package dev.iommufleet.load.bench;

import dev.iommufleet.hardware.vtd.FactSink;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Profile;
import dev.iommufleet.hardware.vtd.Reply;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Page-selective invalidations, each followed by a wait that writes its status, while the IOTLB
 * holds 1,000 entries of another domain. A sample is one lap of a queue of 256 descriptors.
 */
@State(Scope.Thread)
@BenchmarkMode(org.openjdk.jmh.annotations.Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Invalidation {
  private static final int RESIDENT = 1000;

  @Param({"LEGACY", "FIRST_STAGE"})
  public Mode mode;

  @Param({"ARCHITECTURE", "QEMU_11_1"})
  public Profile profile;

  /** Descriptors that one doorbell write hands over: half of them waits. */
  @Param({"2", "128"})
  public int batch;

  private Operation.WriteRegister[] doorbells;
  private Machine machine;

  /** A booted guest with a full queue and its other function's pages in the IOTLB. */
  @Setup(Level.Trial)
  public void prepare() {
    machine = new Machine(mode, profile);
    machine.guest.boot();
    machine.guest.map(RESIDENT);
    machine.guest.fillQueue();
    machine.touch(Guest.OTHER_SOURCE, RESIDENT);
    doorbells = new Operation.WriteRegister[Guest.QUEUE_ENTRIES / batch];
    Arrays.setAll(doorbells, i -> machine.guest.doorbell((i + 1) * batch));
  }

  /** One lap of the queue. */
  @Benchmark
  public void lap(Blackhole answers) {
    for (Operation.WriteRegister doorbell : doorbells) {
      answers.consume(machine.iommu.execute(doorbell, FactSink.NONE));
    }
  }

  /** The queue ran up to its tail, the last wait wrote its own status, nothing else was removed. */
  @TearDown(Level.Trial)
  public void check() {
    int last = Guest.QUEUE_ENTRIES - 2;
    var status = (Reply.MemoryBytes) machine.iommu.execute(Guest.status(), FactSink.NONE);
    if (!machine.iommu.queueIdle() || (status.bytes()[0] & 0xFF) != last) {
      throw new IllegalStateException(
          "the queue did not run to slot " + last + ": " + Arrays.toString(status.bytes()));
    }
    for (int page = 0; page < RESIDENT; page++) {
      machine.translated(Guest.read(Guest.OTHER_SOURCE, page), Reply.Source.IOTLB);
    }
  }
}
