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

/** Translations that the IOTLB answers. A sample is 256 of them, each of another page. */
@State(Scope.Thread)
@BenchmarkMode(org.openjdk.jmh.annotations.Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TranslationHit {
  static final int PAGES = 256;

  @Param({"LEGACY", "FIRST_STAGE"})
  public Mode mode;

  @Param({"ARCHITECTURE", "QEMU_11_1"})
  public Profile profile;

  private final Operation.Translate[] requests = new Operation.Translate[PAGES];
  private Machine machine;

  /** A booted guest whose pages are all in the IOTLB. */
  @Setup(Level.Trial)
  public void prepare() {
    machine = new Machine(mode, profile);
    machine.guest.boot();
    machine.guest.map(PAGES);
    machine.touch(Guest.SOURCE, PAGES);
    for (int page = 0; page < PAGES; page++) {
      requests[page] = Guest.read(Guest.SOURCE, page);
    }
  }

  /** Each page once; throws if one was no hit. */
  @Benchmark
  public void translate(Blackhole answers) {
    for (Operation.Translate request : requests) {
      answers.consume(machine.translated(request, Reply.Source.IOTLB));
    }
  }
}
