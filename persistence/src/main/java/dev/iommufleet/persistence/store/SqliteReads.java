package dev.iommufleet.persistence.store;

import akka.actor.ActorSystem;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.sqlite.SQLiteConfig;

/**
 * Reads of a file beside the one connection that writes it: a read-only connection for each of a
 * few threads, with statements that are prepared once. What was committed before a read began is
 * seen by it.
 */
final class SqliteReads {
  private static final int BUSY_MILLIS = 20_000;

  private final String url;
  private final ExecutorService threads;
  private final ThreadLocal<Statements> statements = new ThreadLocal<>();

  /** What is asked of a statement. */
  @FunctionalInterface
  interface Query<T> {
    T run(PreparedStatement statement) throws SQLException;
  }

  /** One connection. */
  private record Statements(Connection connection, Map<String, PreparedStatement> prepared) {}

  /**
   * Ends with the system.
   *
   * @param database name of a shared database in the configuration
   */
  SqliteReads(ActorSystem system, String database, int connections) {
    url = url(system, database);
    threads =
        Executors.newFixedThreadPool(
            connections, Thread.ofPlatform().daemon().name(database + "-read-", 0).factory());
    system.registerOnTermination(threads::shutdown);
  }

  /** Without what only a writer sets. */
  private static String url(ActorSystem system, String database) {
    var path = "akka-persistence-jdbc.shared-databases." + database + ".db.url";
    return system.settings().config().getString(path).replaceFirst("\\?.*", "");
  }

  <T> CompletionStage<T> read(String sql, Query<T> query) {
    return CompletableFuture.supplyAsync(() -> run(sql, query), threads);
  }

  private <T> T run(String sql, Query<T> query) {
    try {
      return query.run(prepared(sql));
    } catch (SQLException e) {
      forget();
      throw new IllegalStateException(url + " cannot be read", e);
    }
  }

  private PreparedStatement prepared(String sql) throws SQLException {
    var mine = statements.get();
    if (mine == null) {
      var config = new SQLiteConfig();
      config.setReadOnly(true);
      config.setBusyTimeout(BUSY_MILLIS);
      mine =
          new Statements(DriverManager.getConnection(url, config.toProperties()), new HashMap<>());
      statements.set(mine);
    }
    var statement = mine.prepared.get(sql);
    if (statement == null) {
      statement = mine.connection.prepareStatement(sql);
      mine.prepared.put(sql, statement);
    }
    return statement;
  }

  /** The next read of this thread connects anew. */
  private void forget() {
    var mine = statements.get();
    statements.remove();
    if (mine != null) {
      try {
        mine.connection.close();
      } catch (SQLException e) {
        // It failed already; what it held ends with the process.
        return;
      }
    }
  }
}
