package dev.iommufleet.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Where settings come from, strongest first: overrides, a file of the user, the profile. */
public final class Profiles {
  public static final String EMBEDDED = "embedded";

  public static final String POSTGRES = "postgres";

  private static final Map<String, String> RESOURCES =
      Map.of(EMBEDDED, "embedded.conf", POSTGRES, "postgres.conf");

  private Profiles() {}

  /**
   * The whole configuration, libraries' defaults included, resolved.
   *
   * @param overrides full setting names (for example {@code iommu-fleet.node.grpc-port}) to values
   * @throws BadSettingException no such profile or file, or the file is not HOCON
   */
  public static Config load(String profile, Optional<Path> file, Map<String, ?> overrides) {
    var resource = RESOURCES.get(profile);
    if (resource == null) {
      throw new BadSettingException(
          "profile '" + profile + "' is unknown; known are " + new TreeSet<>(RESOURCES.keySet()));
    }
    try {
      return ConfigFactory.parseMap(overrides)
          .withFallback(file.map(Profiles::parse).orElse(ConfigFactory.empty()))
          .withFallback(
              ConfigFactory.parseResources(
                  Profiles.class.getClassLoader(),
                  resource,
                  ConfigParseOptions.defaults().setAllowMissing(false)))
          .withFallback(ConfigFactory.defaultReferenceUnresolved())
          .resolve();
    } catch (ConfigException e) {
      throw new BadSettingException("the configuration cannot be read: " + e.getMessage(), e);
    }
  }

  private static Config parse(Path file) {
    if (Files.isDirectory(file) || !Files.isReadable(file)) {
      throw new BadSettingException("configuration file " + file + " cannot be read");
    }
    return ConfigFactory.parseFile(file.toFile());
  }
}
