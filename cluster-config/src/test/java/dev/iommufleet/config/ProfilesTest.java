package dev.iommufleet.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Settings")
class ProfilesTest {

  @Test
  @DisplayName("of the embedded profile have the documented defaults")
  void defaults() {
    var settings = settings(Map.of());

    assertEquals(
        new NodeSettings("127.0.0.1", 8651, 8652, Path.of(".iommu-fleet/data"), false),
        settings.node());
    assertEquals(new SnapshotSettings(1_000, 1_048_576), settings.snapshots());
    assertEquals(
        new LimitSettings(
            4_096, 131_072, 196_608, 65_536, 1_048_576, 1_048_576, 64, 4_096, 100, 1_000, 64, 256,
            64, 64),
        settings.limits());
    assertFalse(settings.journal().fullByDefault());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "iommu-fleet.node.grpc-port | 65536 | iommu-fleet.node.grpc-port is 65536; 0 to 65535 are"
            + " possible",
        "iommu-fleet.limits.operations-per-reqest | 7 | iommu-fleet.limits.operations-per-reqest is"
            + " unknown",
        "iommu-fleet.journal.default-level | most | iommu-fleet.journal.default-level is 'most';"
            + " 'facts' and 'full' are known",
        "iommu-fleet.limits.entry-bytes | 65536 | iommu-fleet.limits.entry-bytes is 65536, less"
            + " than request-bytes plus reply-bytes",
        "iommu-fleet.timeouts.idle-millis | soon | iommu-fleet.timeouts.idle-millis",
        "iommu-fleet.node.host | 0.0.0.0 | iommu-fleet.node.host is 0.0.0.0, which other machines"
            + " can reach",
        "iommu-fleet.journal.store | h2 | iommu-fleet.journal.store is 'h2'; 'sqlite' and"
            + " 'postgres'",
        "iommu-fleet.postgres.connections | 0 | iommu-fleet.postgres.connections is 0; 1 to 200",
        "iommu-fleet.postgres.schema | My-Fleet | iommu-fleet.postgres.schema is 'My-Fleet'",
        "iommu-fleet.postgres.ssl-mode | maybe | iommu-fleet.postgres.ssl-mode is 'maybe'",
        "iommu-fleet.postgres.password-file | /no/file | iommu-fleet.postgres.password-file:"
            + " /no/file",
        "iommu-fleet.node.data-directory | a?b | iommu-fleet.node.data-directory has a '?'",
      })
  @DisplayName("out of range, misspelt or dangerous are refused by name")
  void refusals(String name, String value, String message) {
    var refused =
        assertThrows(BadSettingException.class, () -> settings(Map.of(name.trim(), value.trim())));

    assertTrue(refused.getMessage().startsWith(message.trim()), refused.getMessage());
  }

  @Test
  @DisplayName("beyond loopback are taken when the user insists")
  void insecure() {
    var settings =
        settings(Map.of("iommu-fleet.node.host", "0.0.0.0", "iommu-fleet.node.insecure", true));

    assertEquals("0.0.0.0", settings.node().host());
  }

  @Test
  @DisplayName("come from overrides first, then from the user's file, then from the profile")
  void order(@TempDir Path directory) throws IOException {
    var file =
        Files.writeString(
            directory.resolve("mine.conf"),
            "iommu-fleet.node { grpc-port = 1001, http-port = 1002 }");

    var settings =
        Settings.of(
            Profiles.load(
                Profiles.EMBEDDED, Optional.of(file), Map.of("iommu-fleet.node.http-port", 1003)));

    assertEquals(1001, settings.node().grpcPort());
    assertEquals(1003, settings.node().httpPort());
    assertEquals(Path.of(".iommu-fleet/data"), settings.node().dataDirectory());
  }

  @Test
  @DisplayName("say which file cannot be read, and which profiles there are")
  void missing() {
    var file =
        assertThrows(
            BadSettingException.class,
            () -> Profiles.load("embedded", Optional.of(Path.of("/no/such.conf")), Map.of()));
    var profile =
        assertThrows(
            BadSettingException.class, () -> Profiles.load("best", Optional.empty(), Map.of()));

    assertEquals("configuration file /no/such.conf cannot be read", file.getMessage());
    assertEquals("profile 'best' is unknown; known are [embedded, postgres]", profile.getMessage());
  }

  @Test
  @DisplayName("of the journal reach the plugin's own block")
  void journalFile() {
    var config =
        Profiles.load(
            Profiles.EMBEDDED,
            Optional.empty(),
            Map.of("iommu-fleet.node.data-directory", "/tmp/fleet"));

    assertEquals(
        "jdbc:sqlite:/tmp/fleet/journal.db?journal_mode=WAL&synchronous=FULL"
            + "&transaction_mode=IMMEDIATE&busy_timeout=20000",
        config.getString("akka-persistence-jdbc.shared-databases.journal.db.url"));
    assertEquals("fail", config.getString("jdbc-journal.replay-filter.mode"));
    assertEquals(100_000, config.getInt("jdbc-journal.bufferSize"));
  }

  @Test
  @DisplayName("of profile postgres have defaults, and their password in no text")
  void postgres(@TempDir Path directory) throws IOException {
    var file = Files.writeString(directory.resolve("secret"), "open sesame\n");
    var config =
        Profiles.load(
            Profiles.POSTGRES,
            Optional.empty(),
            Map.of("iommu-fleet.postgres.password-file", file.toString()));

    var settings = Settings.of(config);

    assertEquals(JournalSettings.Store.POSTGRES, settings.journal().store());
    assertEquals("open sesame", settings.postgres().password().text());
    assertFalse(settings.toString().contains("sesame"), settings.toString());
    assertEquals(10, settings.postgres().connections());
    var pool = config.getConfig("akka-persistence-jdbc.shared-databases.journal.db");
    assertEquals(10, pool.getInt("maxConnections"));
    assertEquals(10, pool.getInt("numThreads"));
    assertEquals("journal", config.getString("jdbc-snapshot-store.use-shared-db"));
  }

  private static Settings settings(Map<String, ?> overrides) {
    return Settings.of(Profiles.load(Profiles.EMBEDDED, Optional.empty(), overrides));
  }
}
