package dev.iommufleet.persistence.store;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/** A schema of a PostgreSQL database, which the nodes of a cluster share. Holds nothing open. */
public final class PostgresDatabase implements Store {
  private static final String POOL = "akka-persistence-jdbc.shared-databases.journal.db.";

  /**
   * A node that stands still or is cut off in the middle of a transaction would keep the keys of
   * its entries, and who takes over would wait for it: the server ends such a session before a node
   * is given up, which takes 10 s. What a role or a database was told to be lax about does not hold
   * for entries.
   */
  private static final String SESSION =
      "set idle_in_transaction_session_timeout = 8000;"
          + " select set_config('synchronous_commit', 'on', false)"
          + " where current_setting('synchronous_commit') = 'off'";

  private final DatabaseAddress address;

  private PostgresDatabase(DatabaseAddress address) {
    this.address = address;
  }

  /**
   * Checks the server and the schema, which it makes when absent; of several nodes that start at
   * once, one makes it and the others wait.
   *
   * @param create false: an absent schema is refused
   * @throws DatabaseException with what to do
   */
  public static PostgresDatabase open(DatabaseAddress address, boolean create) {
    var schema = new PostgresSchema(address);
    try (var connection = connect(address)) {
      PostgresServer.check(connection, address);
      schema.createOrCheck(connection, create);
    } catch (SQLException e) {
      throw PostgresServer.refused(address, e);
    }
    return new PostgresDatabase(address);
  }

  static Connection connect(DatabaseAddress address) throws SQLException {
    var properties = address.properties();
    if (!address.user().isEmpty()) {
      properties.put("user", address.user());
    }
    if (!address.password().isEmpty()) {
      properties.put("password", address.password());
    }
    return DriverManager.getConnection(address.url(), properties);
  }

  @Override
  public String description() {
    return address.toString();
  }

  @Override
  public Map<String, Object> settings() {
    var settings = new HashMap<String, Object>();
    // Else a log of the configuration would show the password.
    settings.put("akka.log-config-on-start", false);
    settings.put(POOL + "url", address.url());
    if (!address.user().isEmpty()) {
      settings.put(POOL + "user", address.user());
    }
    settings.put(POOL + "password", address.password());
    var properties = address.properties();
    // Many rows in one statement.
    properties.put("reWriteBatchedInserts", "true");
    properties.forEach((name, value) -> settings.put(POOL + "properties." + name, value));
    settings.put(POOL + "connectionInitSql", SESSION);
    return settings;
  }

  @Override
  public Connection connectReadOnly() throws SQLException {
    var connection = connect(address);
    connection.setReadOnly(true);
    return connection;
  }

  @Override
  public void close() {
    // The plugin closes its pool when the actor system ends.
  }
}
