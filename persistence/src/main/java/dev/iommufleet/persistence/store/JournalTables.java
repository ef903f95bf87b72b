package dev.iommufleet.persistence.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** Tables of entries and snapshots, opened for reading beside whoever writes them. */
public interface JournalTables extends AutoCloseable {
  Connection journal();

  /** Absent when they were lost. */
  Optional<Connection> snapshots();

  /** A look-up ended; the next sees what was committed meanwhile. */
  void endLookUp() throws SQLException;

  @Override
  void close();
}
