package dev.iommufleet.persistence.journal;

import static dev.iommufleet.persistence.journal.JournalException.Code.MALFORMED;
import static dev.iommufleet.persistence.journal.JournalException.Code.NOT_FOUND;
import static dev.iommufleet.persistence.journal.JournalException.Code.UNREADABLE;

import dev.iommufleet.persistence.mapping.MalformedException;
import dev.iommufleet.persistence.serialization.FleetSerializer;
import dev.iommufleet.persistence.store.DatabaseAddress;
import dev.iommufleet.persistence.store.JournalTables;
import dev.iommufleet.persistence.store.ReadOnlyDatabase;
import dev.iommufleet.persistence.store.ReadOnlyFiles;
import dev.iommufleet.protocol.journal.v1.Entry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads a journal and changes nothing in it, also while nodes write to it: each look-up sees what
 * was committed when it began. Not thread-safe.
 */
public final class JournalReader implements AutoCloseable {
  /** Rows at a time: no long read keeps the writer's log from being folded back. */
  private static final int PAGE = 256;

  /** Bytes of entries after which a page ends. */
  private static final int PAGE_BYTES = 4 << 20;

  private static final String ENTRIES =
      "select sequence_number, event_ser_id, event_ser_manifest, event_payload from event_journal"
          + " where persistence_id = ? and sequence_number >= ? and sequence_number <= ?"
          + " order by sequence_number limit "
          + PAGE;
  private static final String SUMMARY =
      "select persistence_id, max(sequence_number), sum(length(event_payload)),"
          + " min(write_timestamp), max(write_timestamp) from event_journal where persistence_id ";
  private static final String ONE_SUMMARY = SUMMARY + "= ? group by persistence_id";
  private static final String SUMMARIES =
      SUMMARY + "> ? group by persistence_id order by persistence_id limit " + PAGE;
  private static final String SNAPSHOT =
      "select sequence_number, snapshot_ser_id, snapshot_ser_manifest, snapshot_payload"
          + " from snapshot where persistence_id = ? and sequence_number <= ?"
          + " order by sequence_number desc limit 1";
  private static final String IDS =
      "select persistence_id from event_journal where sequence_number = 1"
          + " and persistence_id > ? order by persistence_id limit ?";

  private final FleetSerializer serializer = new FleetSerializer();
  private final JournalTables tables;

  private JournalReader(JournalTables tables) {
    this.tables = tables;
  }

  /**
   * @throws dev.iommufleet.persistence.store.DataDirectoryException no journal there, or one that
   *     cannot be read
   */
  public static JournalReader open(Path directory) {
    return new JournalReader(ReadOnlyFiles.open(directory));
  }

  /**
   * @throws dev.iommufleet.persistence.store.DatabaseException no journal there, or one that cannot
   *     be read
   */
  public static JournalReader open(DatabaseAddress database) {
    return new JournalReader(ReadOnlyDatabase.open(database));
  }

  /**
   * Persistence ids behind {@code after}, ascending.
   *
   * @param after empty: from the first on
   * @param limit at most so many
   */
  public List<String> persistenceIds(String after, int limit) {
    return lookUp(
        IDS,
        "the list of journals",
        query -> {
          query.setString(1, after);
          query.setInt(2, limit);
          var ids = new ArrayList<String>();
          try (var rows = query.executeQuery()) {
            while (rows.next()) {
              ids.add(rows.getString(1));
            }
          }
          return ids;
        });
  }

  /** Gives all journals, ascending by persistence id. Reads every row's head. */
  public void summaries(Consumer<JournalSummary> consumer) {
    var page = summaries(SUMMARIES, "");
    while (!page.isEmpty()) {
      page.forEach(consumer);
      page = summaries(SUMMARIES, page.getLast().persistenceId());
    }
  }

  public Optional<JournalSummary> summary(String persistenceId) {
    return summaries(ONE_SUMMARY, persistenceId).stream().findAny();
  }

  /**
   * Gives an IOMMU's entries {@code from} to {@code to}, both included, in order; those that exist
   * when their page is read.
   *
   * @throws JournalException at the first that cannot be read
   */
  public void entries(String persistenceId, long from, long to, Consumer<Stored<Entry>> consumer) {
    entries(Entry.class, persistenceId, from, to, consumer);
  }

  /** The same for any kind of entity: {@code type} is that of its entries. */
  public <E> void entries(
      Class<E> type, String persistenceId, long from, long to, Consumer<Stored<E>> consumer) {
    long next = from;
    while (next <= to) {
      var page = page(type, persistenceId, next, to);
      for (var stored : page) {
        if (stored.sequenceNumber() != next) {
          throw new JournalException(
              JournalException.Code.INCONSISTENT,
              "%s has no entry %d, but entry %d"
                  .formatted(persistenceId, next, stored.sequenceNumber()));
        }
        consumer.accept(stored);
        next++;
      }
      if (page.isEmpty()) {
        return;
      }
    }
  }

  /**
   * An IOMMU's entry.
   *
   * @throws JournalException there is none, or it cannot be read
   */
  public Stored<Entry> entry(String persistenceId, long sequenceNumber) {
    return page(Entry.class, persistenceId, sequenceNumber, sequenceNumber).stream()
        .findAny()
        .orElseThrow(
            () ->
                new JournalException(
                    NOT_FOUND, "%s has no entry %d".formatted(persistenceId, sequenceNumber)));
  }

  /**
   * The latest snapshot that covers no entry behind {@code atMost}; snapshots may be lost.
   *
   * @param type of the entity's snapshots
   */
  public <S> Optional<Stored<S>> snapshot(Class<S> type, String persistenceId, long atMost) {
    var snapshots = tables.snapshots();
    if (snapshots.isEmpty()) {
      return Optional.empty();
    }
    return lookUp(
        snapshots.get(),
        SNAPSHOT,
        "the snapshots of " + persistenceId,
        query -> {
          query.setString(1, persistenceId);
          query.setLong(2, atMost);
          try (var rows = query.executeQuery()) {
            return rows.next()
                ? Optional.of(stored(type, "snapshot", persistenceId, rows))
                : Optional.<Stored<S>>empty();
          }
        });
  }

  @Override
  public void close() {
    tables.close();
  }

  private <E> List<Stored<E>> page(Class<E> type, String persistenceId, long from, long to) {
    return lookUp(
        ENTRIES,
        "%s from entry %d on".formatted(persistenceId, from),
        query -> {
          query.setString(1, persistenceId);
          query.setLong(2, from);
          query.setLong(3, to);
          var page = new ArrayList<Stored<E>>();
          long bytes = 0;
          try (var rows = query.executeQuery()) {
            while (bytes < PAGE_BYTES && rows.next()) {
              page.add(stored(type, "entry", persistenceId, rows));
              bytes += page.getLast().payloadBytes();
            }
          }
          return page;
        });
  }

  /** Reads an answer. */
  @FunctionalInterface
  private interface LookUp<T> {
    T answer(PreparedStatement query) throws SQLException;
  }

  private <T> T lookUp(String sql, String what, LookUp<T> lookUp) {
    return lookUp(tables.journal(), sql, what, lookUp);
  }

  private <T> T lookUp(Connection connection, String sql, String what, LookUp<T> lookUp) {
    try (var query = connection.prepareStatement(sql)) {
      var answer = lookUp.answer(query);
      tables.endLookUp();
      return answer;
    } catch (SQLException e) {
      throw new JournalException(
          UNREADABLE, "%s cannot be read (%s)".formatted(what, e.getMessage()), e);
    }
  }

  private <M> Stored<M> stored(Class<M> type, String what, String persistenceId, ResultSet rows)
      throws SQLException {
    long sequenceNumber = rows.getLong(1);
    var bytes = rows.getBytes(4);
    var name = "%s %s %d".formatted(persistenceId, what, sequenceNumber);
    return new Stored<>(
        persistenceId, sequenceNumber, bytes.length, decode(name, rows, bytes, type));
  }

  /** Columns 2 and 3: serializer id and manifest. */
  private <M> M decode(String what, ResultSet rows, byte[] bytes, Class<M> type)
      throws SQLException {
    if (rows.getInt(2) != FleetSerializer.IDENTIFIER) {
      throw new JournalException(
          MALFORMED,
          "%s was written by serializer %d; %d is ours"
              .formatted(what, rows.getInt(2), FleetSerializer.IDENTIFIER));
    }
    try {
      return type.cast(serializer.fromBinary(bytes, rows.getString(3)));
    } catch (MalformedException | ClassCastException e) {
      throw new JournalException(MALFORMED, what + ": " + e.getMessage(), e);
    }
  }

  private List<JournalSummary> summaries(String sql, String persistenceId) {
    return lookUp(
        sql,
        "the figures of journals",
        query -> {
          query.setString(1, persistenceId);
          var summaries = new ArrayList<JournalSummary>();
          try (var rows = query.executeQuery()) {
            while (rows.next()) {
              summaries.add(
                  new JournalSummary(
                      rows.getString(1),
                      rows.getLong(2),
                      rows.getLong(3),
                      rows.getLong(4),
                      rows.getLong(5)));
            }
          }
          return summaries;
        });
  }
}
