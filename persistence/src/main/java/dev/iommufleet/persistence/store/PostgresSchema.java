package dev.iommufleet.persistence.store;

import static dev.iommufleet.persistence.store.DatabaseException.Code.FOREIGN;
import static dev.iommufleet.persistence.store.DatabaseException.Code.MISSING;
import static dev.iommufleet.persistence.store.DatabaseException.Code.NEWER_SCHEMA;
import static dev.iommufleet.persistence.store.DatabaseException.Code.NOT_ALLOWED;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The tables in a PostgreSQL schema, from one file, whoever runs it. */
public record PostgresSchema(DatabaseAddress address) {
  /** Of what {@code postgres.sql} makes. */
  static final int VERSION = 1;

  /** "IMFL": of advisory locks. */
  private static final int LOCK = 0x494D_464C;

  private static final String CREATE_SCHEMA = "create schema if not exists \"${schema}\";";

  private static final String TABLES =
      """
      select c.relname from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where n.nspname = ? and c.relkind in ('r', 'p', 'v', 'm', 'f')
      order by c.relname = 'fleet_schema' desc, c.relname limit 4
      """;

  private static final String RIGHTS =
      """
      select t.name, r.name from (values
          ('fleet_schema', 'select'), ('event_journal', 'select,insert'),
          ('living_entity', 'select,insert,delete'), ('owing_entity', 'select,insert,delete'),
          ('snapshot', 'select,insert,update,delete')) as t(name, rights),
        lateral unnest(string_to_array(t.rights, ',')) as r(name)
      where not has_table_privilege(format('%I.%I', ?, t.name), r.name)
      """;

  /** What makes the tables; for who runs it by hand, too. */
  public static String sql(String schema) {
    return template().replace("${schema}", schema);
  }

  private static String template() {
    try (var file = PostgresSchema.class.getResourceAsStream("postgres.sql")) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** In one transaction under a lock, so that of many who find nothing one makes the tables. */
  void createOrCheck(Connection connection, boolean create) throws SQLException {
    connection.setAutoCommit(false);
    try (var lock = connection.prepareStatement("select pg_advisory_xact_lock(?, ?)")) {
      lock.setInt(1, LOCK);
      lock.setInt(2, address.schema().hashCode());
      lock.execute();
    }
    var tables = tables(connection);
    if (tables.isEmpty()) {
      create(connection, create);
    } else {
      checkOurs(tables);
    }
    check(connection);
    checkRights(connection);
    connection.commit();
  }

  private void create(Connection connection, boolean create) throws SQLException {
    if (!create) {
      throw refused(
          MISSING,
          "schema %s has no tables and create-schema is false; let a DBA run what 'iommu-fleet node"
                  .formatted(address.schema())
              + " --print-schema' prints");
    }
    // Whoever may not make schemas may have been given one.
    var sql = exists(connection) ? template().replace(CREATE_SCHEMA, "") : template();
    try (var statement = connection.createStatement()) {
      statement.execute(sql.replace("${schema}", address.schema()));
    }
  }

  private boolean exists(Connection connection) throws SQLException {
    try (var query =
        connection.prepareStatement("select 1 from pg_catalog.pg_namespace where nspname = ?")) {
      query.setString(1, address.schema());
      try (var rows = query.executeQuery()) {
        return rows.next();
      }
    }
  }

  private List<String> tables(Connection connection) throws SQLException {
    try (var query = connection.prepareStatement(TABLES)) {
      query.setString(1, address.schema());
      var names = new ArrayList<String>();
      try (var rows = query.executeQuery()) {
        while (rows.next()) {
          names.add(rows.getString(1));
        }
      }
      return names;
    }
  }

  /** Version and rights; {@code connection} finds the tables without their schema's name. */
  void check(Connection connection) throws SQLException {
    checkUsage(connection);
    try (var statement = connection.createStatement();
        var row = statement.executeQuery("select version from fleet_schema")) {
      int version = row.next() ? row.getInt(1) : 0;
      if (version < 1) {
        throw refused(
            FOREIGN, "schema %s says no version; name another schema".formatted(address.schema()));
      }
      if (version > VERSION) {
        throw refused(
            NEWER_SCHEMA,
            "schema %s has version %d and this program knows %d; run the later program on it"
                .formatted(address.schema(), version, VERSION));
      }
    }
  }

  /** For those who only read: the tables are there, ours, and of a known version. */
  void checkReadable(Connection connection) throws SQLException {
    var tables = tables(connection);
    if (tables.isEmpty()) {
      throw refused(
          MISSING,
          "schema %s has no tables; name the one that a node printed as data="
              .formatted(address.schema()));
    }
    checkOurs(tables);
    check(connection);
  }

  /**
   * @param tables what makes them ours comes first
   */
  private void checkOurs(List<String> tables) {
    if (!tables.getFirst().equals("fleet_schema")) {
      throw refused(
          FOREIGN,
          "schema %s has tables that iommu-fleet did not make (%s …); name another schema"
              .formatted(address.schema(), tables.getFirst()));
    }
  }

  private void checkUsage(Connection connection) throws SQLException {
    try (var query =
        connection.prepareStatement("select has_schema_privilege(current_user, ?, 'usage')")) {
      query.setString(1, address.schema());
      try (var row = query.executeQuery()) {
        row.next();
        if (!row.getBoolean(1)) {
          throw refused(
              NOT_ALLOWED,
              "user may not use schema %s; grant usage on schema %1$s to the user"
                  .formatted(address.schema()));
        }
      }
    }
  }

  /** Names what this user may not do and a node has to. */
  void checkRights(Connection connection) throws SQLException {
    try (var query = connection.prepareStatement(RIGHTS)) {
      query.setString(1, address.schema());
      var missing = new ArrayList<String>();
      try (var rows = query.executeQuery()) {
        while (rows.next()) {
          missing.add(rows.getString(2) + " on " + rows.getString(1));
        }
      }
      if (!missing.isEmpty()) {
        throw refused(
            NOT_ALLOWED,
            "user %s lacks %s in schema %s; grant it"
                .formatted(address.user(), String.join(", ", missing), address.schema()));
      }
    }
  }

  private DatabaseException refused(DatabaseException.Code code, String why) {
    return new DatabaseException(code, "database " + address + ": " + why);
  }
}
