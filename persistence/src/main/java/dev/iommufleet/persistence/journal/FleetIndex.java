package dev.iommufleet.persistence.journal;

import dev.iommufleet.persistence.store.Store;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.SQLiteConfig;

/**
 * Who is in the journal, beside the node that writes it. Answers come from indexes in pages, so
 * neither a large fleet nor a long history has to be read through.
 */
public final class FleetIndex implements AutoCloseable {
  private static final String PREFIX = EntityIds.persistenceId("");
  private static final String DEVICE_PREFIX = EntityIds.devicePersistenceId("");
  private static final int BUSY_MILLIS = 10_000;

  /** The character behind a prefix's last, so that only those of one kind lie between. */
  private static final String PREFIX_END = EntityIds.IOMMU + "}";

  private static final String DEVICE_PREFIX_END = EntityIds.DEVICE + "}";

  private static final String LIVING =
      "select persistence_id from living_entity where persistence_id > ? and persistence_id < ?"
          + " order by persistence_id limit ?";

  private static final String OWING =
      "select persistence_id from owing_entity where persistence_id > ? and persistence_id < ?"
          + " order by persistence_id limit ?";

  /** Opens a connection. */
  @FunctionalInterface
  private interface Door {
    Connection open() throws SQLException;
  }

  private final Door door;

  /** Null: the next question opens one. */
  private Connection connection;

  private FleetIndex(Door door) {
    this.door = door;
  }

  public static FleetIndex open(Store store) {
    return new FleetIndex(store::connectReadOnly);
  }

  /**
   * @param directory one that a node has opened, so that its files are checked
   */
  public static FleetIndex open(Path directory) {
    var config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(BUSY_MILLIS);
    return new FleetIndex(
        () ->
            DriverManager.getConnection(
                "jdbc:sqlite:" + directory.resolve("journal.db"), config.toProperties()));
  }

  /**
   * Ids of IOMMUs that were not deleted, behind {@code after}, ascending, at most {@code limit}.
   */
  public List<String> iommus(String after, int limit) {
    return ids(LIVING, PREFIX, PREFIX_END, after, limit);
  }

  /** The same of host devices. */
  public List<String> devices(String after, int limit) {
    return ids(LIVING, DEVICE_PREFIX, DEVICE_PREFIX_END, after, limit);
  }

  /** Ids of IOMMUs whose last owing entry is not settled, behind {@code after}, ascending. */
  public List<String> owing(String after, int limit) {
    return ids(OWING, PREFIX, PREFIX_END, after, limit);
  }

  /** The same of host devices. */
  public List<String> owingDevices(String after, int limit) {
    return ids(OWING, DEVICE_PREFIX, DEVICE_PREFIX_END, after, limit);
  }

  private List<String> ids(String sql, String prefix, String prefixEnd, String after, int limit) {
    return ask(
        sql,
        query -> {
          query.setString(1, prefix + after);
          query.setString(2, prefixEnd);
          query.setInt(3, limit);
          var ids = new ArrayList<String>();
          try (var rows = query.executeQuery()) {
            while (rows.next()) {
              ids.add(rows.getString(1).substring(prefix.length()));
            }
          }
          return ids;
        });
  }

  /** Reads an answer. */
  @FunctionalInterface
  private interface Question<T> {
    T answer(PreparedStatement query) throws SQLException;
  }

  /** A server may have been restarted since the last question: that is asked once more. */
  private synchronized <T> T ask(String sql, Question<T> question) {
    boolean fresh = connection == null;
    try {
      return asked(sql, question);
    } catch (SQLException e) {
      forget();
      if (!fresh) {
        return ask(sql, question);
      }
      throw new JournalException(
          JournalException.Code.UNREADABLE,
          "the journal's index cannot be read (%s)".formatted(e.getMessage()),
          e);
    }
  }

  private <T> T asked(String sql, Question<T> question) throws SQLException {
    if (connection == null) {
      connection = door.open();
    }
    try (var query = connection.prepareStatement(sql)) {
      return question.answer(query);
    }
  }

  private void forget() {
    try (var _ = connection) {
      connection = null;
    } catch (SQLException e) {
      return; // It is broken; that is why.
    }
  }

  @Override
  public synchronized void close() {
    forget();
  }
}
