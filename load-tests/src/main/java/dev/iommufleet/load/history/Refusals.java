package dev.iommufleet.load.history;

import java.util.Set;

/** What a refusal says of the request. */
public final class Refusals {
  private static final Set<String> PERHAPS_EXECUTED =
      Set.of("JOURNAL_UNAVAILABLE", "NO_ANSWER", "REQUEST_RUNNING", "INTERNAL");

  private Refusals() {}

  /** Whether a first attempt that ended with this code had no effect, for certain. */
  public static boolean nothingExecuted(String code) {
    return !PERHAPS_EXECUTED.contains(code);
  }
}
