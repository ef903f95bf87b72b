package dev.iommufleet.persistence.store;

import akka.persistence.SnapshotMetadata;
import akka.persistence.jdbc.config.SnapshotConfig;
import akka.persistence.jdbc.snapshot.dao.DefaultSnapshotDao;
import akka.serialization.Serialization;
import akka.stream.Materializer;
import java.util.concurrent.CompletableFuture;
import scala.Option;
import scala.Tuple2;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;
import scala.jdk.javaapi.FutureConverters;
import slick.jdbc.JdbcBackend;
import slick.jdbc.JdbcProfile;

/**
 * Snapshots in a file of one node. Most entities have none, and learn so beside the connection that
 * writes.
 */
public final class SqliteSnapshotDao extends DefaultSnapshotDao {
  private static final String ANY =
      "select exists (select 1 from snapshot where persistence_id = ?)";

  private final SqliteReads reads;

  /** Called by the plugin, by these types. */
  public SqliteSnapshotDao(
      JdbcBackend.DatabaseDef db,
      JdbcProfile profile,
      SnapshotConfig snapshotConfig,
      Serialization serialization,
      ExecutionContext executionContext,
      Materializer materializer) {
    super(db, profile, snapshotConfig, serialization, executionContext, materializer);
    this.reads = new SqliteReads(serialization.system(), "snapshots", 1);
  }

  @Override
  public Future<Option<Tuple2<SnapshotMetadata, Object>>> latestSnapshot(String persistenceId) {
    return FutureConverters.asScala(
        reads
            .read(
                ANY,
                query -> {
                  query.setString(1, persistenceId);
                  try (var row = query.executeQuery()) {
                    return row.getBoolean(1);
                  }
                })
            .thenCompose(
                any ->
                    any
                        ? FutureConverters.asJava(super.latestSnapshot(persistenceId))
                        : CompletableFuture.completedStage(Option.empty())));
  }
}
