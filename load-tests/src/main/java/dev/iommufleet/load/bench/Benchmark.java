package dev.iommufleet.load.bench;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Measures one thing, possibly in several forms. */
public interface Benchmark {

  /** Kebab case. */
  String name();

  /** What is measured, in a sentence. */
  String summary();

  /** What it needs and this machine does not have; empty: it can run. */
  default Optional<String> missing() {
    return Optional.empty();
  }

  /** Takes the figures; minutes in full, seconds in smoke form. */
  List<Figure> run(Effort effort) throws IOException, InterruptedException;
}
