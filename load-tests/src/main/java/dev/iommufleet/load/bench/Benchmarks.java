package dev.iommufleet.load.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All benchmarks. */
public final class Benchmarks {
  private Benchmarks() {}

  /** In the order in which they run. {@code captures}: a folder to replay besides the shipped. */
  public static List<Benchmark> all(Optional<Path> captures) {
    var all = new ArrayList<>(CoreSpeed.all());
    all.add(new ReplaySpeed(captures));
    all.add(new Footprint());
    return all;
  }
}
