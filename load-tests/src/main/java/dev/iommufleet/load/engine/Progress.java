package dev.iommufleet.load.engine;

import java.time.Duration;

/** Is told how a load goes on. */
public interface Progress {

  /**
   * A phase, as it is now.
   *
   * @param share done of it, 0 to 1; negative: nobody knows
   * @param done what is done of it, as in {@code 12 of 200 booted}
   * @param rate requests answered in the last second
   * @param errors refused or unknown, so far
   * @param worst longest latency of the last second
   */
  record Look(
      String phase,
      Duration elapsed,
      double share,
      String done,
      double rate,
      long errors,
      Duration worst,
      long violations) {}

  /** About once a second. */
  void look(Look look);

  /** Something worth a line, as faults are. */
  void line(String text);

  /** The phase is over. */
  void phaseEnded();

  /** Says nothing. */
  Progress NONE =
      new Progress() {
        @Override
        public void look(Look look) {}

        @Override
        public void line(String text) {}

        @Override
        public void phaseEnded() {}
      };
}
