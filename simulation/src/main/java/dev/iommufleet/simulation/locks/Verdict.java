package dev.iommufleet.simulation.locks;

import java.util.Locale;

/** What an exploration may end with. */
public enum Verdict {
  SAFE,
  /** Two threads at one thing without a lock that both hold. */
  RACE,
  /** A device's state changed between its check and its use. */
  TORN,
  /** Threads wait for each other, or for something that never comes. */
  DEADLOCK,
  /** A page request appears, or is refused, after that had been ruled out. */
  LATE;

  static Verdict of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }

  /** In small letters. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
