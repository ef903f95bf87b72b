package dev.iommufleet.persistence.store;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.persistence.jdbc.journal.dao.JournalTables.JournalAkkaSerializationRow;
import dev.iommufleet.load.lab.SharedDatabase;
import dev.iommufleet.persistence.journal.FleetIndex;
import dev.iommufleet.persistence.store.EntryInserts.Row;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import scala.Option;

@DisplayName("Rows of entries")
class EntryInsertsTest {
  @TempDir private Path directory;

  enum Kind {
    SQLITE,
    POSTGRES
  }

  /** A store and a connection that writes to it. */
  private record Opened(Store store, Connection connection) implements AutoCloseable {
    @Override
    public void close() throws SQLException {
      connection.close();
      store.close();
    }
  }

  private Opened open(Kind kind) throws SQLException {
    return switch (kind) {
      case SQLITE -> {
        var store = DataDirectory.open(directory.resolve("data"));
        var url = "jdbc:sqlite:" + store.path().resolve("journal.db");
        yield new Opened(store, DriverManager.getConnection(url));
      }
      case POSTGRES -> {
        var url = SharedDatabase.server().url(SharedDatabase.create());
        var address = DatabaseAddress.parse(url);
        yield new Opened(PostgresDatabase.open(address, true), PostgresDatabase.connect(address));
      }
    };
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("are written all or not at all; one that is there already fails them")
  void allOrNone(Kind kind) throws SQLException {
    try (var it = open(kind)) {
      var inserts = new EntryInserts(it.connection);
      inserts.write(List.of(row("iommu|a", 1), row("iommu|b", 1)));

      assertThrows(
          SQLException.class,
          () -> inserts.write(List.of(row("iommu|c", 1), row("iommu|a", 1), row("iommu|b", 2))));

      assertEquals(2, count(it.connection));
      inserts.write(List.of(row("iommu|b", 2)));
      assertEquals(3, count(it.connection));
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("tried again alone: a duplicate of itself was written, another one is refused")
  void again(Kind kind) throws SQLException {
    long later = System.nanoTime() + 600_000_000_000L;
    try (var it = open(kind)) {
      var mine = row("iommu|a", 1);
      new EntryInserts(it.connection).write(List.of(mine));

      assertDoesNotThrow(() -> IsolatingJournalDao.writeAlone(it.connection, List.of(mine), later));
      for (var other :
          List.of(row("iommu|a", 1, "w2", (byte) 1), row("iommu|a", 1, "w", (byte) 2))) {
        assertThrows(
            SQLException.class,
            () -> IsolatingJournalDao.writeAlone(it.connection, List.of(other), later));
      }
      assertEquals(1, count(it.connection));
      IsolatingJournalDao.writeAlone(it.connection, List.of(row("iommu|a", 2)), later);
      assertEquals(2, count(it.connection));
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("are not tried again when nobody waits for them any more")
  void tooLate(Kind kind) throws SQLException {
    try (var it = open(kind)) {
      assertThrows(
          SQLTransientException.class,
          () ->
              IsolatingJournalDao.writeAlone(
                  it.connection, List.of(row("iommu|a", 1)), System.nanoTime() - 1));
      assertEquals(0, count(it.connection));
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("say who lives and who owes, in pages out of an index")
  void marks(Kind kind) throws SQLException {
    try (var it = open(kind);
        var index = FleetIndex.open(it.store)) {
      var inserts = new EntryInserts(it.connection);
      for (var id : List.of("b", "a-1", "B", "c", "a1")) {
        inserts.write(List.of(row("iommu|" + id, 1), row("device|" + id, 1)));
      }
      inserts.write(
          List.of(marked("iommu|b", 2, "owes"), marked("iommu|c", 2, "deleted", "settled")));
      inserts.write(List.of(marked("iommu|b", 3, "settled"), marked("device|b", 2, "owes")));
      inserts.write(List.of(marked("iommu|b", 4, "owes"), marked("iommu|a1", 2, "owes")));

      assertEquals(List.of("B", "a-1", "a1"), index.iommus("", 3));
      assertEquals(List.of("b"), index.iommus("a1", 3));
      assertEquals(List.of("B", "a-1", "a1", "b", "c"), index.devices("", 10));
      assertEquals(List.of("a1", "b"), index.owing("", 10));
      assertEquals(List.of("b"), index.owingDevices("", 10));
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("are listed by ranges of indexes, without a scan or a sort")
  void plans(Kind kind) throws SQLException {
    try (var it = open(kind)) {
      fill(kind, it.connection);
      for (var table : List.of("living_entity", "owing_entity")) {
        var plan =
            plan(
                kind,
                it.connection,
                ("select persistence_id from %s where persistence_id > 'iommu|m'"
                        + " and persistence_id < 'iommu}' order by persistence_id limit 100")
                    .formatted(table));
        assertTrue(plan.matches("(?s).*(SEARCH|Index (Only )?Scan).*"), plan);
        assertTrue(!plan.contains("SCAN") && !plan.contains("Sort"), plan);
      }
      var first =
          plan(
              kind,
              it.connection,
              "select persistence_id from event_journal where sequence_number = 1 and"
                  + " persistence_id > 'iommu|m' order by persistence_id limit 100");
      assertTrue(first.contains("event_journal_first"), first);
    }
  }

  private static void fill(Kind kind, Connection connection) throws SQLException {
    var numbers =
        switch (kind) {
          case SQLITE ->
              "with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000) ";
          case POSTGRES -> "with n as (select i from generate_series(1, 5000) i) ";
        };
    try (var statement = connection.createStatement()) {
      for (var table : List.of("living_entity", "owing_entity")) {
        statement.execute(
            "insert into "
                + table
                + " (persistence_id) "
                + numbers
                + "select 'iommu|m' || i from n");
      }
      statement.execute(
          "insert into event_journal (persistence_id, sequence_number, writer, write_timestamp,"
              + " event_payload, event_ser_id, event_ser_manifest) "
              + numbers
              + "select 'iommu|m' || (i / 10), i % 10 + 1, 'w', 0, '', 1, 'E1' from n");
      statement.execute("analyze");
    }
  }

  private static String plan(Kind kind, Connection connection, String sql) throws SQLException {
    var plan = new StringBuilder();
    var explain = kind == Kind.SQLITE ? "explain query plan " : "explain ";
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(explain + sql)) {
      while (rows.next()) {
        plan.append(rows.getString(kind == Kind.SQLITE ? 4 : 1)).append('\n');
      }
    }
    return plan.toString();
  }

  private static long count(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        var row = statement.executeQuery("select count(*) from event_journal")) {
      row.next();
      return row.getLong(1);
    }
  }

  private static Row row(String persistenceId, long number) {
    return row(persistenceId, number, "w", (byte) 1);
  }

  private static Row marked(String persistenceId, long number, String... marks) {
    return new Row(row(persistenceId, number).entry(), Set.of(marks));
  }

  private static Row row(String persistenceId, long number, String writer, byte payload) {
    return new Row(
        new JournalAkkaSerializationRow(
            Long.MIN_VALUE,
            false,
            persistenceId,
            number,
            writer,
            7,
            "",
            new byte[] {payload},
            71_001,
            "E1",
            Option.empty(),
            Option.empty(),
            Option.empty()),
        Set.of());
  }

  /** Version 1 of a data directory, as it was made by hand of the first release. */
  @org.junit.jupiter.api.Test
  @DisplayName("of version 1 are listed the same once their file was changed to version 2")
  void fromVersion1() throws SQLException {
    var path = directory.resolve("old");
    DataDirectory.open(path).close();
    try (var old = DriverManager.getConnection("jdbc:sqlite:" + path.resolve("journal.db"))) {
      var inserts = new EntryInserts(old);
      inserts.write(
          List.of(row("iommu|a", 1), row("iommu|b", 1), row("iommu|c", 1), row("device|d", 1)));
      inserts.write(List.of(row("iommu|a", 2), row("iommu|b", 2), row("iommu|b", 3)));
      toVersion1(old, Map.of(2L, "deleted", 5L, "owes", 6L, "owes", 7L, "settled"));
    }

    try (var store = DataDirectory.open(path);
        var index = FleetIndex.open(store)) {
      assertEquals(List.of("a", "c"), index.iommus("", 10));
      assertEquals(List.of("d"), index.devices("", 10));
      assertEquals(List.of("a"), index.owing("", 10));
    }
  }

  private static void toVersion1(Connection connection, Map<Long, String> tags)
      throws SQLException {
    var sql = new ArrayList<String>();
    sql.add("drop table living_entity");
    sql.add("drop table owing_entity");
    sql.add("create table event_tag (event_id bigint, tag varchar, primary key (event_id, tag))");
    new LinkedHashMap<>(tags)
        .forEach(
            (event, tag) ->
                sql.add("insert into event_tag values (%d, '%s')".formatted(event, tag)));
    sql.add("pragma user_version = 1");
    try (var statement = connection.createStatement()) {
      for (var one : sql) {
        statement.execute(one);
      }
    }
  }
}
