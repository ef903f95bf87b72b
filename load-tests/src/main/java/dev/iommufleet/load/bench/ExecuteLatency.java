package dev.iommufleet.load.bench;

import dev.iommufleet.load.bench.Figure.Better;
import dev.iommufleet.load.bench.Figure.Goal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One register write at a time, each an entry in the journal before its answer. */
record ExecuteLatency(Nodes nodes) implements Benchmark {
  private static final String ID = "execute";
  private static final double NANOS_PER_MILLI = 1e6;

  @Override
  public String name() {
    return "execute";
  }

  @Override
  public String summary() {
    return "Execute of one register write that changes state, embedded journal, one client";
  }

  @Override
  public List<Figure> run(Effort effort) throws IOException {
    int writes = effort.pick(1_000, 10);
    int warmUps = effort.pick(4, 0);
    int rounds = effort.pick(7, 1);
    var medians = new ArrayList<Double>();
    var tails = new ArrayList<Double>();
    try (var workspace = Workspace.create();
        var lab = Lab.start(nodes, workspace.path(), List.of())) {
      lab.create(ID, Mode.LEGACY);
      for (int round = 0; round < warmUps + rounds; round++) {
        long[] nanos = write(lab, writes, round * writes);
        if (round >= warmUps) {
          medians.add(nanos[writes / 2] / NANOS_PER_MILLI);
          tails.add(nanos[writes * 99 / 100] / NANOS_PER_MILLI);
        }
      }
    }
    var how =
        "%d writes one after the other over loopback; rounds after %d that warm up"
            .formatted(writes, warmUps);
    return List.of(
        Goal.atMost(3, "ms", "execute-write-p50", how).of(medians),
        Goal.none("ms", Better.LOWER, "execute-write-p99", how).of(tails));
  }

  /** Times from call to answer, ascending. */
  private static long[] write(Lab lab, int writes, int first) {
    var session = lab.client().session(ID);
    long entries = 0;
    long[] nanos = new long[writes];
    for (int i = 0; i < writes; i++) {
      var operations = List.of(lab.codec().write(Lab.write(first + i + 1)));
      long start = System.nanoTime();
      long number = session.execute(operations).getSequenceNumber();
      nanos[i] = System.nanoTime() - start;
      if (number == entries) {
        throw new IllegalStateException("a write left no entry behind number " + number);
      }
      entries = number;
    }
    Arrays.sort(nanos);
    return nanos;
  }
}
