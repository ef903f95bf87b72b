package dev.iommufleet.persistence.store;

import static dev.iommufleet.persistence.store.DataDirectoryException.Code.MISSING;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** The files of a data directory, opened for reading beside whoever writes them. */
public final class ReadOnlyFiles implements JournalTables {
  private final Connection journal;
  private final Optional<Connection> snapshots;

  private ReadOnlyFiles(Connection journal, Optional<Connection> snapshots) {
    this.journal = journal;
    this.snapshots = snapshots;
  }

  /**
   * @throws DataDirectoryException no journal there, or one that cannot be read
   */
  public static ReadOnlyFiles open(Path directory) {
    var path = directory.toAbsolutePath().normalize();
    if (!Files.isRegularFile(path.resolve(Schema.JOURNAL.file()))) {
      throw new DataDirectoryException(
          MISSING,
          path,
          "it holds no %s; name the directory that a node printed as data="
              .formatted(Schema.JOURNAL.file()));
    }
    var journal = connect(path, Schema.JOURNAL);
    try {
      return new ReadOnlyFiles(
          journal,
          Files.isRegularFile(path.resolve(Schema.SNAPSHOTS.file()))
              ? Optional.of(connect(path, Schema.SNAPSHOTS))
              : Optional.empty());
    } catch (RuntimeException e) {
      close(journal);
      throw e;
    }
  }

  @Override
  public Connection journal() {
    return journal;
  }

  @Override
  public Optional<Connection> snapshots() {
    return snapshots;
  }

  @Override
  public void endLookUp() {
    // Each is a transaction of its own.
  }

  @Override
  public void close() {
    close(journal);
    snapshots.ifPresent(ReadOnlyFiles::close);
  }

  private static Connection connect(Path path, Schema schema) {
    var check = new SchemaCheck(path, schema);
    Connection connection = null;
    try {
      connection = check.connect(true);
      check.check(connection);
      return connection;
    } catch (SQLException e) {
      close(connection);
      throw check.refused(e);
    } catch (DataDirectoryException e) {
      close(connection);
      throw e;
    }
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
