package dev.iommufleet.load.bench;

import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Profile;
import dev.iommufleet.hardware.vtd.Reply;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Translations that need a walk of four levels and a new IOTLB entry. The pages are visited in a
 * fixed scattered order; there are four times as many as the IOTLB holds, so each has gone when its
 * turn comes again. A sample is one such round.
 */
@State(Scope.Thread)
@BenchmarkMode(org.openjdk.jmh.annotations.Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TranslationMiss {
  static final int PAGES = Guest.MAX_PAGES;
  private static final int STRIDE = 1237; // odd: the order visits each page once

  @Param({"LEGACY", "FIRST_STAGE", "SECOND_STAGE"})
  public Mode mode;

  @Param({"ARCHITECTURE", "QEMU_11_1"})
  public Profile profile;

  private final Operation.Translate[] requests = new Operation.Translate[PAGES];
  private Machine machine;

  /** A booted guest whose context entry is cached. */
  @Setup(Level.Trial)
  public void prepare() {
    machine = new Machine(mode, profile);
    machine.guest.boot();
    machine.guest.map(PAGES);
    for (int turn = 0; turn < PAGES; turn++) {
      requests[turn] = Guest.read(Guest.SOURCE, turn * STRIDE & PAGES - 1);
      machine.translated(requests[turn], Reply.Source.WALK);
    }
  }

  /** Each page once; throws if one was no miss. */
  @Benchmark
  public void translate(Blackhole answers) {
    for (Operation.Translate request : requests) {
      answers.consume(machine.translated(request, Reply.Source.WALK));
    }
  }
}
