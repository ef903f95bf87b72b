package dev.iommufleet.load.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A database of the lab")
class LabDatabaseTest {

  @Test
  @DisplayName("keeps port and committed rows over a stop and a kill, and is gone in between")
  void restarted(@TempDir Path directory) throws SQLException {
    try (var database = LabDatabase.start(directory, LabDatabase.Durability.FULL)) {
      int port = database.port();
      database.createDatabase("one");
      database.execute("one", "create table t (x int)");
      database.execute("one", "insert into t values (7)");
      assertEquals("on", asked(database, "show fsync"));
      assertEquals("on", asked(database, "show synchronous_commit"));

      database.stop();
      assertThrows(SQLException.class, () -> database.connect("one"));
      database.start();
      assertEquals("7", asked(database, "select x from t"));

      database.kill();
      assertThrows(SQLException.class, () -> database.connect("one"));
      database.start();
      assertEquals("7", asked(database, "select x from t"));

      database.pause();
      database.resume();
      assertEquals("7", asked(database, "select x from t"));
      assertEquals(port, database.port());
      assertEquals("postgresql://postgres@127.0.0.1:%d/one".formatted(port), database.url("one"));
    }
  }

  private static String asked(LabDatabase database, String sql) throws SQLException {
    try (var connection = database.connect("one");
        var statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
