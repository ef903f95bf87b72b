package dev.iommufleet.load.bench;

import java.io.IOException;
import java.util.List;

/** Measures one thing, possibly in several forms. */
public interface Benchmark {

  /** Kebab case. */
  String name();

  /** What is measured, in a sentence. */
  String summary();

  /** Takes the figures; minutes in full, seconds in smoke form. */
  List<Figure> run(Effort effort) throws IOException, InterruptedException;
}
