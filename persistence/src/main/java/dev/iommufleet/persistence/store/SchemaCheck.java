package dev.iommufleet.persistence.store;

import static dev.iommufleet.persistence.store.DataDirectoryException.Code.CORRUPT;
import static dev.iommufleet.persistence.store.DataDirectoryException.Code.FOREIGN;
import static dev.iommufleet.persistence.store.DataDirectoryException.Code.INACCESSIBLE;
import static dev.iommufleet.persistence.store.DataDirectoryException.Code.LOCKED;
import static dev.iommufleet.persistence.store.DataDirectoryException.Code.NEWER_SCHEMA;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteException;

/** One file of a data directory against its {@link Schema}. */
record SchemaCheck(Path directory, Schema schema) {
  /** Larger files are not read through at each start; damage shows when an entry is read. */
  private static final long CHECKED_BYTES = 512L << 20;

  private static final int BUSY_MILLIS = 2_000;

  Path file() {
    return directory.resolve(schema.file());
  }

  /** Makes the tables in a file that is new, and refuses one that is not what it should be. */
  void createOrCheck() {
    try (var connection = connect(false)) {
      if (isNew(connection)) {
        change(connection, schema.statements());
      } else {
        check(connection);
        checkPages(connection);
        if (pragma(connection, "user_version") == 1) {
          change(connection, schema.fromVersion1());
        }
      }
    } catch (SQLException e) {
      throw refused(e);
    }
  }

  Connection connect(boolean readOnly) throws SQLException {
    var config = new SQLiteConfig();
    config.setReadOnly(readOnly);
    config.setBusyTimeout(BUSY_MILLIS);
    if (!readOnly) {
      config.setJournalMode(SQLiteConfig.JournalMode.WAL);
      config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    }
    return DriverManager.getConnection(
        readOnly && isFrozen() ? frozen() : "jdbc:sqlite:" + file(), config.toProperties());
  }

  /**
   * Nobody can write here and nothing waits in a write-ahead log, as in a directory that was put
   * away. SQLite would make a file beside the database even to read it.
   */
  private boolean isFrozen() {
    return !Files.isWritable(directory)
        && Files.notExists(directory.resolve(schema.file() + "-wal"));
  }

  String frozen() {
    return "jdbc:sqlite:file:" + file().toUri().getRawPath() + "?immutable=1";
  }

  /** Refuses a file that something else, or a later version, made. */
  void check(Connection connection) throws SQLException {
    long application = pragma(connection, "application_id");
    long version = pragma(connection, "user_version");
    if (application != Schema.APPLICATION_ID || version == 0) {
      throw new DataDirectoryException(
          FOREIGN,
          directory,
          "%s was not made by iommu-fleet (application id %d, version %d); name another with --data"
              .formatted(schema.file(), application, version));
    }
    if (version > Schema.VERSION) {
      throw new DataDirectoryException(
          NEWER_SCHEMA,
          directory,
          "%s has version %d and this program knows %d; run the later program on it"
              .formatted(schema.file(), version, Schema.VERSION));
    }
  }

  DataDirectoryException refused(SQLException e) {
    var code =
        e instanceof SQLiteException sqlite ? sqlite.getResultCode().code & 0xFF : e.getErrorCode();
    return switch (code) {
      case 5, 6 -> // SQLITE_BUSY, SQLITE_LOCKED
          new DataDirectoryException(
              LOCKED,
              directory,
              schema.file() + " is locked by another process; stop what has it open",
              e);
      case 11, 26 -> damaged(e.getMessage(), e); // SQLITE_CORRUPT, SQLITE_NOTADB
      default ->
          new DataDirectoryException(
              INACCESSIBLE,
              directory,
              "%s cannot be used (%s); look at its permissions and at free space"
                  .formatted(schema.file(), e.getMessage()),
              e);
    };
  }

  private boolean isNew(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery("select count(*) from sqlite_schema")) {
      return rows.getLong(1) == 0 && pragma(connection, "user_version") == 0;
    }
  }

  /** All or nothing, to this version. */
  private static void change(Connection connection, List<String> statements) throws SQLException {
    connection.setAutoCommit(false);
    try (var statement = connection.createStatement()) {
      for (var sql : statements) {
        statement.execute(sql);
      }
      statement.execute("pragma application_id = " + Schema.APPLICATION_ID);
      statement.execute("pragma user_version = " + Schema.VERSION);
    }
    connection.commit();
  }

  private void checkPages(Connection connection) throws SQLException {
    if (bytes() > CHECKED_BYTES) {
      return;
    }
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery("pragma quick_check(1)")) {
      var answer = rows.getString(1);
      if (!answer.equals("ok")) {
        throw damaged(answer, null);
      }
    }
  }

  private long bytes() {
    try {
      return Files.size(file());
    } catch (IOException e) {
      throw new DataDirectoryException(
          INACCESSIBLE, directory, schema.file() + " cannot be read: " + e, e);
    }
  }

  private DataDirectoryException damaged(String how, Throwable cause) {
    var remedy =
        switch (schema) {
          case JOURNAL ->
              "restore it from a copy, or name another directory with --data; what can still be"
                  + " read of it: sqlite3 journal.db .recover";
          case SNAPSHOTS -> "delete %s*: it is made anew from the journal".formatted(schema.file());
        };
    return new DataDirectoryException(
        CORRUPT,
        directory,
        "%s is damaged (%s); %s".formatted(schema.file(), how.replaceAll("\\s+", " "), remedy),
        cause);
  }

  private static long pragma(Connection connection, String name) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery("pragma " + name)) {
      return rows.getLong(1);
    }
  }
}
