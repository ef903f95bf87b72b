package dev.iommufleet.node;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import dev.iommufleet.config.ClusterConfig;
import dev.iommufleet.config.Profiles;
import dev.iommufleet.config.Settings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a cluster's settings say to Akka")
class ClusterConfigTest {

  @Test
  @DisplayName("has names that Akka reads: one that it does not know would be ignored in silence")
  void names() {
    var settings =
        Settings.of(
            Profiles.load(
                Profiles.POSTGRES,
                Optional.empty(),
                Map.of("iommu-fleet.cluster.seeds", List.of("127.0.0.1:8652", "127.0.0.1:8662"))));
    var known = ConfigFactory.defaultReference();

    var said = ClusterConfig.of(settings.cluster(), settings.node(), 8653);

    for (var entry : said.entrySet()) {
      var name = entry.getKey();
      boolean own =
          name.equals(ClusterConfig.AGREED_SEEDS)
              || name.startsWith("akka.cluster.role." + ClusterConfig.VOTER)
              || name.startsWith("akka.discovery.config.services.")
              || name.startsWith("akka.cluster.configuration-compatibility-check.checkers.");
      assertTrue(own || known.hasPathOrNull(name), name);
    }
    assertTrue(said.entrySet().size() > 15, "settings: " + said.entrySet().size());
  }
}
