package dev.iommufleet.persistence.store;

import static dev.iommufleet.persistence.store.DatabaseException.Code.MISSING;
import static dev.iommufleet.persistence.store.DatabaseException.Code.NOT_ALLOWED;
import static dev.iommufleet.persistence.store.DatabaseException.Code.UNFIT;
import static dev.iommufleet.persistence.store.DatabaseException.Code.UNREACHABLE;

import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is asked of a server, and how its refusals are told. */
final class PostgresServer {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresServer.class);

  /** As {@code server_version_num} has it. Older ones are not maintained by anybody. */
  static final int OLDEST = 120_000;

  private static final String ASKED =
      """
      select current_setting('server_version_num')::int, current_setting('server_version'),
        current_setting('server_encoding'), pg_is_in_recovery(),
        current_setting('default_transaction_read_only')::bool, current_setting('fsync')::bool
      """;

  private PostgresServer() {}

  static void check(Connection connection, DatabaseAddress address) throws SQLException {
    try (var statement = connection.createStatement();
        var row = statement.executeQuery(ASKED)) {
      row.next();
      check(address, row.getInt(1), row.getString(2), row.getString(3));
      if (row.getBoolean(4) || row.getBoolean(5)) {
        throw unfit(address, "it only reads (a standby, or set so); name the primary server");
      }
      if (!row.getBoolean(6)) {
        LOG.warn("{}: fsync is off: what was answered may be lost with the machine", address);
      }
    }
  }

  static void check(DatabaseAddress address, int number, String version, String encoding) {
    if (number < OLDEST) {
      throw unfit(address, "the server is PostgreSQL " + version + "; 12 or later is needed");
    }
    if (!encoding.equals("UTF8")) {
      throw unfit(
          address,
          "its encoding is %s; make one with: createdb --encoding UTF8 --template template0 %s"
              .formatted(encoding, address.database()));
    }
  }

  private static DatabaseException unfit(DatabaseAddress address, String why) {
    return new DatabaseException(UNFIT, "database " + address + ": " + why);
  }

  /** What a server, or nobody, said. */
  static DatabaseException refused(DatabaseAddress address, SQLException e) {
    var said = e.getMessage() == null ? e.toString() : e.getMessage().replaceAll("\\s+", " ");
    var state = e.getSQLState() == null ? "" : e.getSQLState();
    var name = "database " + address + ": ";
    return switch (state) {
      case "3D000" -> // invalid_catalog_name
          new DatabaseException(
              MISSING, name + "there is none; make it with: createdb " + address.database(), e);
      case "28000", "28P01" -> // invalid_authorization_specification, invalid_password
          new DatabaseException(
              NOT_ALLOWED,
              name
                  + "the server does not let this user in (%s); look at user, password, pg_hba.conf"
                      .formatted(said),
              e);
      case "42501" -> // insufficient_privilege
          new DatabaseException(
              NOT_ALLOWED,
              name
                  + "a right is missing (%s); grant it, or let a DBA run what 'iommu-fleet node"
                      .formatted(said)
                  + " --print-schema' prints",
              e);
      case String s when s.startsWith("08") || s.startsWith("57P") || s.startsWith("53") ->
          new DatabaseException(
              UNREACHABLE,
              name + "no server that is ready answers (%s); is it running?".formatted(said),
              e);
      default -> new DatabaseException(UNFIT, name + said, e);
    };
  }
}
