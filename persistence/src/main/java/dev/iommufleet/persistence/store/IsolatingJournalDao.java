package dev.iommufleet.persistence.store;

import akka.persistence.jdbc.config.JournalConfig;
import akka.persistence.jdbc.journal.dao.DefaultJournalDao;
import akka.persistence.jdbc.journal.dao.JournalTables.JournalAkkaSerializationRow;
import akka.serialization.Serialization;
import akka.stream.Materializer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;
import scala.Tuple2;
import scala.collection.immutable.Seq;
import scala.collection.immutable.Set;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.FutureConverters;
import scala.runtime.BoxedUnit;
import slick.dbio.DBIOAction;
import slick.jdbc.JdbcBackend;
import slick.jdbc.JdbcProfile;
import slick.jdbc.SimpleJdbcAction;

/**
 * Keeps one entity's bad row, or one lost connection, from failing more than it must. The journal
 * puts up to 400 rows of different entities into one transaction, and one row that is refused fails
 * them all. A write that failed is therefore tried once more alone: only the entity whose row is
 * bad fails again.
 *
 * <p>When a connection broke, the first attempt may have been written after all. Then the second is
 * refused as a duplicate of itself, which is told by writer and bytes, and the write has succeeded.
 * An entity that is told of a failure nevertheless reads its journal again before it goes on, and
 * the key of the table lets one writer have each number; so a write that comes late is either in
 * the journal before that, or refused.
 */
public class IsolatingJournalDao extends DefaultJournalDao {
  /** Nobody waits longer for a write; then a second attempt is not begun. */
  private static final long PATIENCE_NANOS = Duration.ofSeconds(30).toNanos();

  /** Called by the plugin, by these types. */
  public IsolatingJournalDao(
      JdbcBackend.DatabaseDef db,
      JdbcProfile profile,
      JournalConfig journalConfig,
      Serialization serialization,
      ExecutionContext executionContext,
      Materializer materializer) {
    super(db, profile, journalConfig, serialization, executionContext, materializer);
  }

  @Override
  public Future<BoxedUnit> writeJournalRows(
      Seq<Tuple2<JournalAkkaSerializationRow, Set<String>>> rows) {
    var all = rows(rows);
    return run(connection -> new EntryInserts(connection).write(all));
  }

  @Override
  public Future<BoxedUnit> queueWriteJournalRows(
      Seq<Tuple2<JournalAkkaSerializationRow, Set<String>>> rows) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    return FutureConverters.asScala(
        FutureConverters.asJava(super.queueWriteJournalRows(rows))
            .exceptionallyCompose(
                _ ->
                    FutureConverters.asJava(
                        run(connection -> writeAlone(connection, rows(rows), end)))));
  }

  /** Once more, until {@code end} on the clock of {@link System#nanoTime}. */
  static void writeAlone(Connection connection, List<EntryInserts.Row> rows, long end)
      throws SQLException {
    if (System.nanoTime() - end > 0) {
      throw new SQLTransientException("the entry waited too long for a second attempt");
    }
    var inserts = new EntryInserts(connection);
    try {
      inserts.write(rows);
    } catch (SQLException e) {
      if (!inserts.areStored(rows)) {
        throw e;
      }
    }
  }

  /** What is done with a connection of the pool. */
  @FunctionalInterface
  private interface Work {
    void with(Connection connection) throws SQLException;
  }

  // Its third type argument says which effects it has; only Scala's compiler reads that.
  @SuppressWarnings({"unchecked", "rawtypes"})
  private Future<BoxedUnit> run(Work work) {
    var action =
        new SimpleJdbcAction<BoxedUnit>(
            context -> {
              try {
                work.with(context.connection());
                return BoxedUnit.UNIT;
              } catch (SQLException e) {
                throw new JournalWriteException(e);
              }
            });
    return db().run((DBIOAction) action);
  }

  private static List<EntryInserts.Row> rows(
      Seq<Tuple2<JournalAkkaSerializationRow, Set<String>>> rows) {
    return StreamSupport.stream(CollectionConverters.asJava(rows).spliterator(), false)
        .map(row -> new EntryInserts.Row(row._1(), CollectionConverters.asJava(row._2())))
        .toList();
  }
}
