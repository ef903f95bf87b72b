package dev.iommufleet.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * The database of profile {@code postgres}.
 *
 * @param url in place of host, port and database; empty: they count
 * @param port 1 to 65,535
 * @param password empty: the server asks for none
 * @param schema lower case, {@code [a-z_][a-z0-9_]*}, at most 63 characters
 * @param createSchema make the schema when it is absent
 * @param connections of this node, 1 to 200
 * @param connectTimeoutMillis 250 to 60,000
 * @param answerTimeoutMillis a connection without an answer is given up, 1,000 to 600,000
 * @param sslMode disable, prefer, require, verify-ca or verify-full
 * @param sslRootCertificate empty: the driver's own
 */
public record PostgresSettings(
    String url,
    String host,
    int port,
    String database,
    String user,
    Secret password,
    String schema,
    boolean createSchema,
    int connections,
    int connectTimeoutMillis,
    int answerTimeoutMillis,
    String sslMode,
    String sslRootCertificate) {

  private static final Set<String> SSL_MODES =
      Set.of("disable", "prefer", "require", "verify-ca", "verify-full");

  private static final Set<String> NAMES =
      Set.of(
          "url",
          "host",
          "port",
          "database",
          "user",
          "password",
          "password-file",
          "schema",
          "create-schema",
          "connections",
          "connect-timeout-millis",
          "answer-timeout-millis",
          "ssl-mode",
          "ssl-root-certificate");

  static PostgresSettings of(Block block) {
    block.knowing(NAMES);
    return new PostgresSettings(
        block.textOrEmpty("url"),
        block.text("host"),
        block.between("port", 1, 65_535),
        block.text("database"),
        block.text("user"),
        password(block),
        schema(block),
        block.flag("create-schema"),
        block.between("connections", 1, 200),
        block.between("connect-timeout-millis", 250, 60_000),
        block.between("answer-timeout-millis", 1_000, 600_000),
        sslMode(block),
        block.textOrEmpty("ssl-root-certificate"));
  }

  private static Secret password(Block block) {
    var password = block.textOrEmpty("password");
    var file = block.textOrEmpty("password-file");
    if (file.isEmpty()) {
      return new Secret(password);
    }
    if (!password.isEmpty()) {
      throw block.refused("password-file", "is set beside password; one of the two goes");
    }
    try {
      return new Secret(Files.readString(Path.of(file)).strip());
    } catch (IOException e) {
      throw new BadSettingException(
          block.path() + ".password-file: " + file + " cannot be read", e);
    }
  }

  private static String schema(Block block) {
    var schema = block.text("schema");
    if (!schema.matches("[a-z_][a-z0-9_]{0,62}")) {
      throw block.refused(
          "schema",
          "is '%s'; lower-case letters, digits and _ go, at most 63 of them".formatted(schema));
    }
    return schema;
  }

  private static String sslMode(Block block) {
    var mode = block.text("ssl-mode");
    if (!SSL_MODES.contains(mode)) {
      throw block.refused(
          "ssl-mode",
          "is '%s'; disable, prefer, require, verify-ca and verify-full are known".formatted(mode));
    }
    return mode;
  }
}
