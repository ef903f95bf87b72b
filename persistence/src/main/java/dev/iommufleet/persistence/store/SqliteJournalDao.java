package dev.iommufleet.persistence.store;

import akka.NotUsed;
import akka.actor.Scheduler;
import akka.japi.Pair;
import akka.persistence.PersistentRepr;
import akka.persistence.jdbc.AkkaSerialization;
import akka.persistence.jdbc.config.JournalConfig;
import akka.persistence.jdbc.journal.dao.JournalTables.JournalAkkaSerializationRow;
import akka.serialization.Serialization;
import akka.stream.Materializer;
import akka.stream.scaladsl.Source;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import scala.Option;
import scala.Tuple2;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;
import scala.concurrent.duration.FiniteDuration;
import scala.jdk.javaapi.FutureConverters;
import scala.util.Try;
import slick.jdbc.JdbcBackend;
import slick.jdbc.JdbcProfile;

/**
 * The journal in a file of one node. Entities that start read beside the connection that writes: a
 * fleet that starts and a fleet that works do not wait for each other.
 */
public final class SqliteJournalDao extends IsolatingJournalDao {
  private static final int CONNECTIONS = 2;

  private static final String HIGHEST =
      "select coalesce(max(sequence_number), 0) from event_journal where persistence_id = ?";

  private static final String ENTRIES =
      """
      select ordering, persistence_id, sequence_number, writer, write_timestamp, adapter_manifest,
        event_payload, event_ser_id, event_ser_manifest
      from event_journal
      where persistence_id = ? and sequence_number >= ? and sequence_number <= ? and deleted = 0
      order by sequence_number limit ?
      """;

  private static final long END = -1;

  private final SqliteReads reads;
  private final Serialization serialization;

  /** Called by the plugin, by these types. */
  public SqliteJournalDao(
      JdbcBackend.DatabaseDef db,
      JdbcProfile profile,
      JournalConfig journalConfig,
      Serialization serialization,
      ExecutionContext executionContext,
      Materializer materializer) {
    super(db, profile, journalConfig, serialization, executionContext, materializer);
    this.serialization = serialization;
    this.reads = new SqliteReads(serialization.system(), "journal", CONNECTIONS);
  }

  @Override
  public Future<Object> highestSequenceNr(String persistenceId, long from) {
    return FutureConverters.asScala(
        reads.<Object>read(
            HIGHEST,
            query -> {
              query.setString(1, persistenceId);
              try (var row = query.executeQuery()) {
                return row.getLong(1);
              }
            }));
  }

  @Override
  public Source<Try<Tuple2<PersistentRepr, Object>>, NotUsed> messagesWithBatch(
      String persistenceId,
      long from,
      long to,
      int batchSize,
      Option<Tuple2<FiniteDuration, Scheduler>> refreshing) {
    if (refreshing.isDefined()) {
      return super.messagesWithBatch(persistenceId, from, to, batchSize, refreshing);
    }
    return akka.stream.javadsl.Source.unfoldAsync(
            from, start -> batch(persistenceId, start, to, batchSize))
        .mapConcat(rows -> rows)
        .map(row -> AkkaSerialization.fromRow(serialization, row))
        .asScala();
  }

  /** Rows from {@code start} on, and where the next ones begin. */
  private CompletionStage<Optional<Pair<Long, List<JournalAkkaSerializationRow>>>> batch(
      String persistenceId, long start, long to, int size) {
    if (start == END || start > to) {
      return CompletableFuture.completedStage(Optional.empty());
    }
    return reads.read(
        ENTRIES,
        query -> {
          query.setString(1, persistenceId);
          query.setLong(2, start);
          query.setLong(3, to);
          query.setInt(4, size);
          var rows = rows(query);
          long next = rows.size() < size ? END : rows.getLast().sequenceNumber() + 1;
          return Optional.of(Pair.create(next, rows));
        });
  }

  private static List<JournalAkkaSerializationRow> rows(PreparedStatement query)
      throws SQLException {
    var rows = new ArrayList<JournalAkkaSerializationRow>();
    try (var result = query.executeQuery()) {
      while (result.next()) {
        rows.add(row(result));
      }
    }
    return rows;
  }

  private static JournalAkkaSerializationRow row(ResultSet row) throws SQLException {
    return new JournalAkkaSerializationRow(
        row.getLong(1),
        false,
        row.getString(2),
        row.getLong(3),
        row.getString(4),
        row.getLong(5),
        row.getString(6),
        row.getBytes(7),
        row.getInt(8),
        row.getString(9),
        Option.empty(),
        Option.empty(),
        Option.empty());
  }
}
