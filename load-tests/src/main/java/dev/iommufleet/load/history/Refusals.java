package dev.iommufleet.load.history;

import java.util.Set;

/** What a refusal says of the request. */
final class Refusals {
  private static final Set<String> PERHAPS_EXECUTED =
      Set.of("JOURNAL_UNAVAILABLE", "NO_ANSWER", "REQUEST_RUNNING", "INTERNAL");

  private Refusals() {}

  static boolean nothingExecuted(String code) {
    return !PERHAPS_EXECUTED.contains(code);
  }
}
