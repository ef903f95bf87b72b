package dev.iommufleet.persistence.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** A PostgreSQL journal, opened for reading: every transaction is read-only. */
public record ReadOnlyDatabase(Connection journal) implements JournalTables {
  /** Rows that the driver fetches at once: entries may be large. */
  private static final String FETCHED_ROWS = "32";

  /**
   * @throws DatabaseException no journal there, or one that cannot be read
   */
  public static ReadOnlyDatabase open(DatabaseAddress address) {
    var patient =
        address
            .withDefault("connectTimeout", "5")
            .withDefault("defaultRowFetchSize", FETCHED_ROWS)
            .withDefault("socketTimeout", "120");
    Connection connection = null;
    try {
      connection = PostgresDatabase.connect(patient);
      connection.setReadOnly(true);
      connection.setAutoCommit(false); // Else the driver fetches whole results.
      new PostgresSchema(address).checkReadable(connection);
      connection.commit();
      return new ReadOnlyDatabase(connection);
    } catch (SQLException e) {
      close(connection);
      throw PostgresServer.refused(address, e);
    } catch (DatabaseException e) {
      close(connection);
      throw e;
    }
  }

  @Override
  public Optional<Connection> snapshots() {
    return Optional.of(journal);
  }

  @Override
  public void endLookUp() throws SQLException {
    journal.commit();
  }

  @Override
  public void close() {
    close(journal);
  }

  private static void close(Connection connection) {
    if (connection == null) {
      return;
    }
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException("a read-only connection cannot be closed", e);
    }
  }
}
