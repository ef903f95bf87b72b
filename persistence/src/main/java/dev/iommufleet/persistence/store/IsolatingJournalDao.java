package dev.iommufleet.persistence.store;

import akka.persistence.jdbc.config.JournalConfig;
import akka.persistence.jdbc.journal.dao.DefaultJournalDao;
import akka.persistence.jdbc.journal.dao.JournalTables.JournalAkkaSerializationRow;
import akka.serialization.Serialization;
import akka.stream.Materializer;
import scala.Tuple2;
import scala.collection.immutable.Seq;
import scala.collection.immutable.Set;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;
import scala.jdk.javaapi.FutureConverters;
import scala.runtime.BoxedUnit;
import slick.jdbc.JdbcBackend;
import slick.jdbc.JdbcProfile;

/**
 * Keeps one entity's bad row from failing others. The journal puts up to 400 rows of different
 * entities into one transaction, and one row that is refused fails them all. A write that failed is
 * therefore tried once more alone: only the entity whose row is bad fails again. Had the first
 * attempt been written after all, the second is refused as a duplicate, and the entity finds its
 * entry when it starts again.
 */
public class IsolatingJournalDao extends DefaultJournalDao {

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
  public Future<BoxedUnit> queueWriteJournalRows(
      Seq<Tuple2<JournalAkkaSerializationRow, Set<String>>> rows) {
    return FutureConverters.asScala(
        FutureConverters.asJava(super.queueWriteJournalRows(rows))
            .exceptionallyCompose(_ -> FutureConverters.asJava(writeJournalRows(rows))));
  }
}
