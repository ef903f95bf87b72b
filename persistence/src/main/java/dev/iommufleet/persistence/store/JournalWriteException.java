package dev.iommufleet.persistence.store;

import java.sql.SQLException;

/** Entries were not written, or it is not known whether they were. */
public final class JournalWriteException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  JournalWriteException(SQLException cause) {
    super(cause.getMessage(), cause);
  }
}
