package dev.iommufleet.node;

import dev.iommufleet.config.PostgresSettings;
import dev.iommufleet.config.Settings;
import dev.iommufleet.persistence.store.DataDirectory;
import dev.iommufleet.persistence.store.DatabaseAddress;
import dev.iommufleet.persistence.store.PostgresDatabase;
import dev.iommufleet.persistence.store.Store;

/** What holds a node's journal, by its settings. */
final class Stores {
  private static final int MILLIS = 1_000;

  private Stores() {}

  /**
   * @throws dev.iommufleet.persistence.store.StoreException it cannot be used
   */
  static Store open(Settings settings) {
    return switch (settings.journal().store()) {
      case SQLITE -> DataDirectory.open(settings.node().dataDirectory());
      case POSTGRES ->
          PostgresDatabase.open(address(settings.postgres()), settings.postgres().createSchema());
    };
  }

  private static DatabaseAddress address(PostgresSettings it) {
    var url =
        it.url().isEmpty()
            ? "postgresql://%s:%d/%s".formatted(it.host(), it.port(), it.database())
            : it.url();
    var found = DatabaseAddress.parse(url);
    var address =
        found
            .withUser(found.user().isEmpty() ? it.user() : found.user())
            .withPassword(it.password().text())
            .withSchema(found.namesSchema() ? found.schema() : it.schema())
            .withDefault("connectTimeout", seconds(it.connectTimeoutMillis()))
            .withDefault("loginTimeout", seconds(it.connectTimeoutMillis()))
            .withDefault("socketTimeout", seconds(it.answerTimeoutMillis()))
            .withDefault("sslmode", it.sslMode());
    return it.sslRootCertificate().isEmpty()
        ? address
        : address.withDefault("sslrootcert", it.sslRootCertificate());
  }

  /** The driver counts in seconds; 0 would be for ever. */
  private static String seconds(int millis) {
    return Integer.toString(Math.ceilDiv(millis, MILLIS));
  }
}
