package dev.iommufleet.persistence.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.load.lab.LabDatabase;
import dev.iommufleet.load.lab.SharedDatabase;
import dev.iommufleet.persistence.store.DatabaseException.Code;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A database for journals")
class PostgresSchemaTest {
  private static final LabDatabase SERVER = SharedDatabase.server();

  private String name;
  private DatabaseAddress address;

  @BeforeEach
  void create() {
    name = SharedDatabase.create();
    address = DatabaseAddress.parse(SERVER.url(name));
  }

  @Test
  @DisplayName("is made ready once by three nodes that start at once, and opens again")
  void threeAtOnce() throws SQLException {
    try (var threads = Executors.newFixedThreadPool(3)) {
      var opened =
          IntStream.range(0, 3)
              .mapToObj(
                  _ ->
                      CompletableFuture.runAsync(
                          () -> PostgresDatabase.open(address, true).close(), threads))
              .toList();
      opened.forEach(CompletableFuture::join);
    }

    assertEquals(List.of("iommu-fleet 1"), rows("select product, version from fleet_schema"));
    PostgresDatabase.open(address, false).close();
  }

  @Test
  @DisplayName("is the same when a DBA ran the shipped file, and a user with few rights serves")
  void byHand() throws SQLException {
    SERVER.execute(name, "create role node_user_" + name + " login");
    SERVER.execute(name, PostgresSchema.sql("fleet_a"));
    var user = address.withUser("node_user_" + name).withSchema("fleet_a");

    assertRefused(Code.NOT_ALLOWED, "grant usage on schema fleet_a", user);
    SERVER.execute(name, "grant usage on schema fleet_a to " + user.user());
    SERVER.execute(name, "grant select on all tables in schema fleet_a to " + user.user());
    assertRefused(
        Code.NOT_ALLOWED,
        "user %s lacks insert on event_journal, insert on living_entity".formatted(user.user()),
        user);
    SERVER.execute(
        name,
        "grant select, insert, update, delete on all tables in schema fleet_a to " + user.user());

    PostgresDatabase.open(user, false).close();
  }

  @Test
  @DisplayName("without tables is refused where they are not to be made, or may not be")
  void missing() {
    SERVER.execute(name, "create role maker_" + name + " login");

    var refused =
        assertThrows(DatabaseException.class, () -> PostgresDatabase.open(address, false));
    assertEquals(Code.MISSING, refused.code());
    assertTrue(refused.getMessage().contains("--print-schema"), refused.getMessage());
    assertRefused(
        Code.NOT_ALLOWED, "permission denied for database", address.withUser("maker_" + name));
  }

  @Test
  @DisplayName("with tables of somebody else is left alone")
  void foreign() {
    SERVER.execute(name, "create schema iommu_fleet");
    SERVER.execute(name, "create table iommu_fleet.event_journal (x int)");

    assertRefused(Code.FOREIGN, "has tables that iommu-fleet did not make (event_journal", address);
  }

  @Test
  @DisplayName("of a later version is left alone, by readers too")
  void newer() {
    PostgresDatabase.open(address, true).close();
    SERVER.execute(name, "update iommu_fleet.fleet_schema set version = 2");

    assertRefused(Code.NEWER_SCHEMA, "has version 2 and this program knows 1", address);
    var refused = assertThrows(DatabaseException.class, () -> ReadOnlyDatabase.open(address));
    assertEquals(Code.NEWER_SCHEMA, refused.code());
  }

  @Test
  @DisplayName("that only reads, or has another encoding, is refused; an old server is")
  void unfit() {
    SERVER.execute(name, "alter database " + name + " set default_transaction_read_only = on");
    assertRefused(Code.UNFIT, "it only reads", address);
    SERVER.execute(
        "postgres",
        "create database latin_" + name + " encoding 'LATIN1' template template0 locale 'C'");
    assertRefused(
        Code.UNFIT,
        "its encoding is LATIN1; make one with: createdb --encoding UTF8",
        DatabaseAddress.parse(SERVER.url("latin_" + name)));

    PostgresServer.check(address, 120_000, "12.0", "UTF8");
    var old =
        assertThrows(
            DatabaseException.class, () -> PostgresServer.check(address, 110_022, "11.22", "UTF8"));
    assertTrue(old.getMessage().endsWith("is PostgreSQL 11.22; 12 or later is needed"));
  }

  @Test
  @DisplayName("that is not there, or behind no server, says what to do")
  void absent() {
    assertRefused(
        Code.MISSING,
        "make it with: createdb nowhere",
        DatabaseAddress.parse(SERVER.url("nowhere")));
    assertRefused(
        Code.UNREACHABLE,
        "is it running?",
        DatabaseAddress.parse("postgresql://postgres@127.0.0.1:1/x"));
    assertRefused(Code.NOT_ALLOWED, "does not let this user in", address.withUser("nobody_here"));
  }

  @Test
  @DisplayName("lists ids byte by byte and by index, whatever its collation")
  void order() throws SQLException {
    PostgresDatabase.open(address, true).close();
    for (var id : List.of("b", "B", "a-1", "a.1", "a1", "_")) {
      SERVER.execute(name, "insert into iommu_fleet.living_entity values ('iommu|" + id + "')");
    }

    assertEquals(
        List.of("iommu|B", "iommu|_", "iommu|a-1", "iommu|a.1", "iommu|a1", "iommu|b"),
        rows("select persistence_id from living_entity order by persistence_id"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "postgresql://u@h:5/db?schema=s | postgresql://u@h:5/db?schema=s",
        "jdbc:postgresql://h/db | postgresql://h/db?schema=iommu_fleet",
        "postgres://a:1,b:2/my%20db?user=x&sslmode=require"
            + " | postgresql://x@a:1,b:2/my db?schema=iommu_fleet",
      })
  @DisplayName("is named by a URL")
  void url(String given, String shown) {
    assertEquals(shown.strip(), DatabaseAddress.parse(given.strip()).toString());
  }

  @ParameterizedTest
  @CsvSource({
    "postgresql://u:sesame@h/db",
    "postgresql://h/db?password=sesame",
    "mysql://u:sesame@h/db",
    "postgresql://u:sesame@h",
    "postgresql://h/db?schema=A;drop",
  })
  @DisplayName("is not named by a URL with a password in it, which nothing repeats")
  void noPassword(String given) {
    var refused = assertThrows(DatabaseException.class, () -> DatabaseAddress.parse(given));

    assertEquals(Code.BAD_ADDRESS, refused.code());
    assertFalse(refused.getMessage().contains("sesame"), refused.getMessage());
  }

  @Test
  @DisplayName("is described without its password")
  void described() {
    var secret = address.withPassword("sesame");

    assertFalse(secret.toString().contains("sesame"));
    var store = PostgresDatabase.open(secret, true);
    assertFalse(store.description().contains("sesame"));
    assertEquals(false, store.settings().get("akka.log-config-on-start"));
  }

  private static void assertRefused(Code code, String message, DatabaseAddress address) {
    var refused = assertThrows(DatabaseException.class, () -> PostgresDatabase.open(address, true));

    assertTrue(refused.getMessage().contains(message), refused.getMessage());
    assertEquals(code, refused.code());
  }

  private List<String> rows(String sql) throws SQLException {
    var found = new ArrayList<String>();
    try (var connection = PostgresDatabase.connect(address);
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        var row = new StringBuilder(rows.getString(1));
        for (int i = 2; i <= rows.getMetaData().getColumnCount(); i++) {
          row.append(' ').append(rows.getString(i));
        }
        found.add(row.toString());
      }
    }
    return found;
  }
}
