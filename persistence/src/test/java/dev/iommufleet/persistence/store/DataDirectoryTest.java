package dev.iommufleet.persistence.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A data directory")
class DataDirectoryTest {
  @TempDir private Path parent;
  private Path path;

  @BeforeEach
  void name() {
    path = parent.resolve("data");
  }

  @Test
  @DisplayName("is created when absent and opens again")
  void created() {
    DataDirectory.open(path).close();

    try (var again = DataDirectory.open(path)) {
      assertTrue(Files.exists(again.path().resolve("journal.db")));
      assertTrue(Files.exists(again.path().resolve("snapshots.db")));
    }
  }

  @Test
  @DisplayName("belongs to one holder at a time")
  void locked() {
    try (var held = DataDirectory.open(path)) {
      assertRefused(DataDirectoryException.Code.LOCKED, "has it open already");
      assertEquals(path.toAbsolutePath(), held.path());
    }
  }

  @Test
  @DisplayName("says which process holds it")
  void lockedByAnother() throws IOException, InterruptedException {
    var holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                LockHolder.class.getName(),
                path.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      assertEquals("held", holder.inputReader().readLine());

      assertRefused(
          DataDirectoryException.Code.LOCKED,
          "process %d has it open; stop that node".formatted(holder.pid()));
    } finally {
      holder.destroy();
      holder.waitFor();
    }
  }

  @Test
  @DisplayName("with a file that is no database is refused, with what to do")
  void noDatabase() throws IOException {
    Files.createDirectories(path);
    var garbage = new byte[8192];
    Arrays.fill(garbage, (byte) 'x');
    Files.write(path.resolve("journal.db"), garbage);

    assertRefused(DataDirectoryException.Code.CORRUPT, "journal.db is damaged");
    assertRefused(DataDirectoryException.Code.CORRUPT, "restore it from a copy");
  }

  @Test
  @DisplayName("with a page overwritten in the middle is refused")
  void damagedPage() throws IOException, SQLException {
    DataDirectory.open(path).close();
    fill(500);
    try (var channel = FileChannel.open(path.resolve("journal.db"), StandardOpenOption.WRITE)) {
      var garbage = new byte[4096];
      Arrays.fill(garbage, (byte) 0xA5);
      channel.write(java.nio.ByteBuffer.wrap(garbage), channel.size() / 2 / 4096 * 4096);
    }

    assertRefused(DataDirectoryException.Code.CORRUPT, "journal.db is damaged");
  }

  @Test
  @DisplayName("cut short is refused")
  void cutShort() throws IOException, SQLException {
    DataDirectory.open(path).close();
    fill(500);
    try (var channel = FileChannel.open(path.resolve("journal.db"), StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 2);
    }

    assertRefused(DataDirectoryException.Code.CORRUPT, "journal.db is damaged");
  }

  @Test
  @DisplayName("whose snapshots are damaged says that they may be deleted")
  void damagedSnapshots() throws IOException {
    DataDirectory.open(path).close();
    Files.writeString(path.resolve("snapshots.db"), "x".repeat(5000));

    assertRefused(DataDirectoryException.Code.CORRUPT, "delete snapshots.db*");
  }

  @Test
  @DisplayName("of a later version is left alone")
  void newer() throws SQLException {
    DataDirectory.open(path).close();
    execute("pragma user_version = 3");

    assertRefused(DataDirectoryException.Code.NEWER_SCHEMA, "has version 3 and this program knows");
  }

  @Test
  @DisplayName("with somebody else's database is left alone")
  void foreign() throws IOException, SQLException {
    Files.createDirectories(path);
    execute("create table t (x)");

    assertRefused(DataDirectoryException.Code.FOREIGN, "was not made by iommu-fleet");
  }

  @Test
  @DisplayName("under a file cannot be created")
  void notADirectory() throws IOException {
    Files.writeString(path, "a file");

    assertRefused(DataDirectoryException.Code.INACCESSIBLE, "name another with --data");
  }

  @Test
  @DisplayName("without a journal is nothing to read")
  void nothingToRead() {
    var refused = assertThrows(DataDirectoryException.class, () -> ReadOnlyFiles.open(path));

    assertEquals(DataDirectoryException.Code.MISSING, refused.code());
  }

  private void assertRefused(DataDirectoryException.Code code, String message) {
    var refused = assertThrows(DataDirectoryException.class, () -> DataDirectory.open(path));

    assertTrue(refused.getMessage().contains(message), refused.getMessage());
    assertEquals(code, refused.code());
  }

  /** Rows, all of them in the database file and none in its log. */
  private void fill(int rows) throws SQLException {
    execute(
        """
        with recursive n(i) as (select 1 union all select i + 1 from n where i < %d)
        insert into event_journal (persistence_id, sequence_number, writer, write_timestamp,
          event_payload, event_ser_id, event_ser_manifest)
        select 'iommu|x', i, 'w', 0, zeroblob(300), 71001, 'E1' from n
        """
            .formatted(rows));
    execute("pragma wal_checkpoint(truncate)");
  }

  private void execute(String sql) throws SQLException {
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + path.resolve("journal.db"));
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  @DisplayName("that nobody can write to is read without a file made beside it")
  void frozen() throws Exception {
    var directory = parent.resolve("put away 100 %");
    DataDirectory.open(directory).close();
    var check = new SchemaCheck(directory, Schema.JOURNAL);

    try (var connection = DriverManager.getConnection(check.frozen())) {
      check.check(connection);

      assertTrue(Files.notExists(directory.resolve("journal.db-wal")));
      assertTrue(Files.notExists(directory.resolve("journal.db-shm")));
    }
  }
}
