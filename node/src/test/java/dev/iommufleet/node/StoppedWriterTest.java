package dev.iommufleet.node;

import static dev.iommufleet.node.Ops.FEDATA;
import static dev.iommufleet.node.Ops.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.protocol.api.v1.IommuSpec;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A node that is stopped in the middle of a transaction")
class StoppedWriterTest {
  private static final long LONGEST_SECONDS = 60;
  private static final String WAITS = "wait_event_type = 'Lock'";
  private static final String IN_TRANSACTION = "state = 'idle in transaction'";

  @Test
  @DisplayName("keeps nobody from writing what it was about to write")
  void letsGo() throws Exception {
    try (var cluster = new ChildCluster(1).startAll();
        var client = cluster.connect(0);
        var locks = connect(cluster);
        var looks = connect(cluster)) {
      client.create("i1", IommuSpec.getDefaultInstance());
      locks.setAutoCommit(false);
      execute(locks, "lock table iommu_fleet.event_journal in exclusive mode");
      var written =
          CompletableFuture.supplyAsync(
              () -> client.session("i1").execute(List.of(write(FEDATA, 4, 7))));
      await(looks, WAITS, true);
      cluster.node(0).pause();
      locks.rollback();
      await(looks, IN_TRANSACTION, true);

      await(looks, IN_TRANSACTION, false);

      execute(locks, "lock table iommu_fleet.event_journal in exclusive mode nowait");
      locks.rollback();
      cluster.node(0).goOn();
      assertEquals(2, written.get(LONGEST_SECONDS, TimeUnit.SECONDS).getSequenceNumber());
    }
  }

  private static Connection connect(ChildCluster cluster) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:" + cluster.database().replaceFirst("//.*@", "//"), "postgres", "");
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Until some session of this database is like that, or none. */
  private static void await(Connection looks, String like, boolean some) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_SECONDS);
    while (some != exists(looks, like)) {
      assertTrue(System.nanoTime() - end < 0, like + " is not " + some);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private static boolean exists(Connection looks, String like) throws SQLException {
    try (var statement = looks.createStatement();
        var sessions =
            statement.executeQuery(
                "select 1 from pg_stat_activity where datname = current_database() and "
                    + "pid <> pg_backend_pid() and "
                    + like)) {
      return sessions.next();
    }
  }
}
