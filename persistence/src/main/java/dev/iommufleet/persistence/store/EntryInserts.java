package dev.iommufleet.persistence.store;

import akka.persistence.jdbc.journal.dao.JournalTables.JournalAkkaSerializationRow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Rows of entries into the tables, by the same statements for SQLite and PostgreSQL: one batch for
 * all entries, and what each of them changes in the tables of entities.
 */
final class EntryInserts {
  private static final String ENTRY =
      "insert into event_journal (persistence_id, sequence_number, deleted, writer,"
          + " write_timestamp, adapter_manifest, event_payload, event_ser_id, event_ser_manifest,"
          + " meta_payload, meta_ser_id, meta_ser_manifest)"
          + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String BORN =
      "insert into living_entity (persistence_id) values (?) on conflict do nothing";
  private static final String DIED = "delete from living_entity where persistence_id = ?";
  private static final String OWES =
      "insert into owing_entity (persistence_id) values (?) on conflict do nothing";
  private static final String SETTLED = "delete from owing_entity where persistence_id = ?";
  private static final String STORED =
      "select writer, event_payload from event_journal"
          + " where persistence_id = ? and sequence_number = ?";

  /**
   * @param marks of {@link EntityMarks}
   */
  record Row(JournalAkkaSerializationRow entry, Set<String> marks) {}

  private final Connection connection;

  EntryInserts(Connection connection) {
    this.connection = connection;
  }

  /** All rows, or none when it throws. */
  void write(List<Row> rows) throws SQLException {
    try {
      connection.setAutoCommit(false);
      insert(rows);
      mark(rows);
      connection.commit();
    } catch (SQLException | RuntimeException e) {
      rollback(e);
      throw e;
    }
    connection.setAutoCommit(true);
  }

  private void rollback(Exception failure) {
    try {
      rollback();
      connection.setAutoCommit(true);
    } catch (SQLException e) {
      failure.addSuppressed(e); // The pool throws the connection away.
    }
  }

  /** SQLite has rolled back by itself when a disk is full, and its driver does not know. */
  private void rollback() throws SQLException {
    try {
      connection.rollback();
    } catch (SQLException e) {
      try (var statement = connection.createStatement()) {
        statement.execute("begin");
      }
    }
  }

  private void insert(List<Row> rows) throws SQLException {
    try (var statement = connection.prepareStatement(ENTRY)) {
      for (var row : rows) {
        set(statement, row.entry);
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private static void set(PreparedStatement statement, JournalAkkaSerializationRow entry)
      throws SQLException {
    if (entry.metaPayload().isDefined()) {
      throw new IllegalStateException(
          "entry %d of %s has metadata, which nobody here writes"
              .formatted(entry.sequenceNumber(), entry.persistenceId()));
    }
    statement.setString(1, entry.persistenceId());
    statement.setLong(2, entry.sequenceNumber());
    statement.setBoolean(3, entry.deleted());
    statement.setString(4, entry.writer());
    statement.setLong(5, entry.writeTimestamp());
    statement.setString(6, entry.adapterManifest());
    statement.setBytes(7, entry.eventPayload());
    statement.setInt(8, entry.eventSerId());
    statement.setString(9, entry.eventSerManifest());
    statement.setNull(10, Types.BINARY);
    statement.setNull(11, Types.INTEGER);
    statement.setNull(12, Types.VARCHAR);
  }

  /** In the order of the entries, in which what is owed follows from the last. */
  private void mark(List<Row> rows) throws SQLException {
    var born = new ArrayList<String>();
    for (var row : rows) {
      if (row.entry.sequenceNumber() == 1) {
        born.add(row.entry.persistenceId());
      }
    }
    each(BORN, born);
    for (var row : rows) {
      for (var mark : row.marks) {
        each(statement(mark), List.of(row.entry.persistenceId()));
      }
    }
  }

  private static String statement(String mark) {
    return switch (mark) {
      case EntityMarks.OWES -> OWES;
      case EntityMarks.SETTLED -> SETTLED;
      case EntityMarks.DELETED -> DIED;
      default -> throw new IllegalStateException("an entry is marked '" + mark + "'");
    };
  }

  private void each(String sql, List<String> persistenceIds) throws SQLException {
    if (persistenceIds.isEmpty()) {
      return;
    }
    try (var statement = connection.prepareStatement(sql)) {
      for (var id : persistenceIds) {
        statement.setString(1, id);
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  /** Whether these very rows are in the journal: the same writer's, with the same bytes. */
  boolean areStored(List<Row> rows) throws SQLException {
    try (var query = connection.prepareStatement(STORED)) {
      for (var row : rows) {
        query.setString(1, row.entry.persistenceId());
        query.setLong(2, row.entry.sequenceNumber());
        try (var found = query.executeQuery()) {
          if (!found.next()
              || !row.entry.writer().equals(found.getString(1))
              || !Arrays.equals(row.entry.eventPayload(), found.getBytes(2))) {
            return false;
          }
        }
      }
      return true;
    }
  }
}
