package dev.iommufleet.persistence.store;

import static dev.iommufleet.persistence.store.DatabaseException.Code.BAD_ADDRESS;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Where a PostgreSQL database is and how it is connected to.
 *
 * @param hosts HOST:PORT, several with commas between: the first that can be written to counts
 * @param user empty: the driver's default, which is the user of this process
 * @param password empty: none; shown nowhere
 * @param schema of the tables; empty: the default
 * @param parameters further ones of the driver
 */
public record DatabaseAddress(
    String hosts,
    String database,
    String user,
    String password,
    String schema,
    Map<String, String> parameters) {

  /** Where the tables are unless something else is said. */
  private static final String SCHEMA = "iommu_fleet";

  private static final Pattern URL =
      Pattern.compile(
          "(?:jdbc:)?postgres(?:ql)?://(?:(?<user>[^@/?:]*)(?<secret>:[^@/?]*)?@)?"
              + "(?<hosts>[^@/?]+)/(?<database>[^/?]+)(?:\\?(?<parameters>.*))?");

  public DatabaseAddress {
    parameters = Map.copyOf(parameters);
    if (!schema.matches("([a-z_][a-z0-9_]{0,62})?")) {
      throw bad("schema '%s': lower-case letters, digits and _ go", schema);
    }
  }

  public boolean namesSchema() {
    return !schema.isEmpty();
  }

  /**
   * Reads {@code postgresql://[USER@]HOST[:PORT]/DATABASE[?schema=S&PARAMETER=VALUE&…]}, also with
   * {@code jdbc:} before it.
   *
   * @throws DatabaseException BAD_ADDRESS, also for a password, which command lines and logs show
   */
  public static DatabaseAddress parse(String url) {
    var parts = URL.matcher(url);
    if (!parts.matches()) {
      throw bad(
          "'%s' is no postgresql://[USER@]HOST[:PORT]/DATABASE[?schema=S]",
          url.replaceAll(":[^:@/]*@", ":***@"));
    }
    var parameters = parameters(parts.group("parameters"));
    if (parts.group("secret") != null || parameters.containsKey("password")) {
      throw bad(
          "the URL holds a password, which process lists and logs show; give it in"
              + " IOMMU_FLEET_POSTGRES_PASSWORD or in a file");
    }
    var schema = parameters.remove("schema");
    var user = parts.group("user") == null ? parameters.remove("user") : parts.group("user");
    return new DatabaseAddress(
        parts.group("hosts"),
        decoded(parts.group("database")),
        user == null ? "" : decoded(user),
        "",
        schema == null ? "" : schema,
        parameters);
  }

  private static Map<String, String> parameters(String query) {
    var parameters = new TreeMap<String, String>();
    if (query == null || query.isEmpty()) {
      return parameters;
    }
    for (var parameter : query.split("&")) {
      int split = parameter.indexOf('=');
      if (split < 1 || !parameter.substring(0, split).matches("\\w+")) {
        throw bad("'%s' in the URL is no PARAMETER=VALUE", parameter);
      }
      parameters.put(parameter.substring(0, split), decoded(parameter.substring(split + 1)));
    }
    return parameters;
  }

  private static DatabaseException bad(String format, Object... arguments) {
    return new DatabaseException(BAD_ADDRESS, "database: " + format.formatted(arguments));
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  public DatabaseAddress withUser(String other) {
    return new DatabaseAddress(hosts, database, other, password, schema, parameters);
  }

  public DatabaseAddress withPassword(String other) {
    return new DatabaseAddress(hosts, database, user, other, schema, parameters);
  }

  public DatabaseAddress withSchema(String other) {
    return new DatabaseAddress(hosts, database, user, password, other, parameters);
  }

  @Override
  public String schema() {
    return schema.isEmpty() ? SCHEMA : schema;
  }

  /** With one more parameter of the driver, unless it is there. */
  public DatabaseAddress withDefault(String name, String value) {
    var more = new TreeMap<>(parameters);
    more.putIfAbsent(name, value);
    return new DatabaseAddress(hosts, database, user, password, schema, more);
  }

  /** What the driver is given; user, password and parameters are in {@link #properties}. */
  String url() {
    return "jdbc:postgresql://"
        + hosts
        + "/"
        + URLEncoder.encode(database, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Everything but user and password. */
  Properties properties() {
    var properties = new Properties();
    properties.put("ApplicationName", "iommu-fleet");
    properties.put("tcpKeepAlive", "true");
    if (hosts.contains(",")) {
      properties.put("targetServerType", "primary");
    }
    parameters.forEach(properties::put);
    properties.put("currentSchema", schema());
    return properties;
  }

  /** As people may read it; {@link #parse} takes it back. */
  @Override
  public String toString() {
    return "postgresql://"
        + (user.isEmpty() ? "" : user + "@")
        + hosts
        + "/"
        + database
        + "?schema="
        + schema();
  }
}
