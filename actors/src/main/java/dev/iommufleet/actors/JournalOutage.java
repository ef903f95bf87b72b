package dev.iommufleet.actors;

import akka.pattern.CircuitBreakerOpenException;
import akka.persistence.RecoveryTimedOut;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientException;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;

/** Tells a journal that is gone for a while from one with something wrong in it. */
final class JournalOutage {
  /** Classes of SQLSTATE: connection, resources, operator's intervention, rolled back. */
  private static final Set<String> PASSING = Set.of("08", "53", "57", "40");

  private JournalOutage() {}

  static boolean is(Throwable failure) {
    for (var cause = failure; cause != null; cause = cause.getCause()) {
      if (passes(cause)) {
        return true;
      }
    }
    return false;
  }

  private static boolean passes(Throwable cause) {
    return switch (cause) {
      case CircuitBreakerOpenException _,
          RecoveryTimedOut _,
          TimeoutException _,
          RejectedExecutionException _,
          SQLTransientException _,
          SQLNonTransientConnectionException _ ->
          true;
      case SQLException e ->
          e.getSQLState() != null
              && e.getSQLState().length() == 5
              && PASSING.contains(e.getSQLState().substring(0, 2));
      default -> false;
    };
  }
}
