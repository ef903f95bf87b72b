package dev.iommufleet.persistence.journal;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.SQLiteConfig;

/**
 * Who is in the journal, beside the node that writes it. Answers come from indexes in pages, so
 * neither a large fleet nor a long history has to be read through.
 */
public final class FleetIndex implements AutoCloseable {
  /** Tag of an entry from which on something must go on after a restart without being asked. */
  public static final String OWES = "owes";

  /** Tag of an entry after which nothing is owed any more. */
  public static final String SETTLED = "settled";

  /** Tag of the last entry of an IOMMU that was deleted. */
  public static final String DELETED = "deleted";

  private static final String PREFIX = EntityIds.persistenceId("");
  private static final String DEVICE_PREFIX = EntityIds.devicePersistenceId("");
  private static final int BUSY_MILLIS = 10_000;

  /** The character behind a prefix's last, so that only those of one kind lie between. */
  private static final String PREFIX_END = EntityIds.IOMMU + "}";

  private static final String DEVICE_PREFIX_END = EntityIds.DEVICE + "}";

  private static final String LIVING =
      """
      select j.persistence_id from event_journal j
      where j.sequence_number = 1 and j.persistence_id > ? and j.persistence_id < ?
        and not exists (
          select 1 from event_tag t join event_journal d on d.ordering = t.event_id
          where t.tag = 'deleted' and d.persistence_id = j.persistence_id)
      order by j.persistence_id limit ?
      """;

  private static final String OWING =
      """
      select j.persistence_id from event_tag t join event_journal j on j.ordering = t.event_id
      where t.tag in ('owes', 'settled') and j.persistence_id > ? and j.persistence_id < ?
      group by j.persistence_id
      having max(case when t.tag = 'owes' then j.sequence_number else 0 end)
           > max(case when t.tag = 'settled' then j.sequence_number else 0 end)
      order by j.persistence_id limit ?
      """;

  private final Connection connection;

  private FleetIndex(Connection connection) {
    this.connection = connection;
  }

  /**
   * @param directory one that a node has opened, so that its files are checked
   */
  public static FleetIndex open(Path directory) {
    var config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(BUSY_MILLIS);
    try {
      return new FleetIndex(
          DriverManager.getConnection(
              "jdbc:sqlite:" + directory.resolve("journal.db"), config.toProperties()));
    } catch (SQLException e) {
      throw new IllegalStateException("the journal in " + directory + " cannot be read", e);
    }
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

  private synchronized List<String> ids(
      String sql, String prefix, String prefixEnd, String after, int limit) {
    try (var query = connection.prepareStatement(sql)) {
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
    } catch (SQLException e) {
      throw new IllegalStateException("the journal's index cannot be read", e);
    }
  }

  @Override
  public synchronized void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException("the journal's index cannot be closed", e);
    }
  }
}
