package dev.iommufleet.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.iommufleet.config.ClusterConfig;
import dev.iommufleet.config.Profiles;
import dev.iommufleet.config.Settings;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("What a cluster's settings say to Akka")
class ClusterConfigTest {

  private static Config said(Map<String, Object> overrides) {
    var all = new HashMap<>(overrides);
    all.put("iommu-fleet.cluster.seeds", List.of("127.0.0.1:8652", "127.0.0.1:8662"));
    var settings = Settings.of(Profiles.load(Profiles.POSTGRES, Optional.empty(), all));
    return ClusterConfig.of(settings.cluster(), settings.node(), 8653);
  }

  @ParameterizedTest
  @CsvSource({"20000, 15", "60000, 55", "1000, 6"})
  @DisplayName("ends a shard's move 5 s before a leaving node stops to wait; 6 s are the least")
  void move(int handOverMillis, int seconds) {
    var move =
        said(Map.of("iommu-fleet.cluster.hand-over-millis", handOverMillis))
            .getDuration("akka.cluster.sharding.handoff-timeout");

    assertEquals(Duration.ofSeconds(seconds), move);
  }

  @Test
  @DisplayName("limits phases of a node's end that Akka has")
  void phases() {
    var known = ConfigFactory.defaultReference();
    var settings = Settings.of(Profiles.load(Profiles.EMBEDDED, Optional.empty(), Map.of()));

    var phases = ClusterConfig.phases(settings).entrySet();

    for (var entry : phases) {
      assertTrue(known.hasPath(entry.getKey().replaceFirst("\\.timeout$", "")), entry.getKey());
    }
    assertEquals(3, phases.size());
  }

  @Test
  @DisplayName("has names that Akka reads: one that it does not know would be ignored in silence")
  void names() {
    var known = ConfigFactory.defaultReference();

    var said =
        said(Map.of()).withFallback(ConfigFactory.parseResources("node.conf").withOnlyPath("akka"));

    for (var entry : said.entrySet()) {
      var name = entry.getKey();
      boolean own =
          name.equals(ClusterConfig.AGREED_SEEDS)
              || name.startsWith("akka.cluster.role." + ClusterConfig.VOTER)
              || name.startsWith("akka.discovery.config.services.")
              || name.startsWith("akka.cluster.configuration-compatibility-check.checkers.");
      assertTrue(own || known.hasPathOrNull(name), name);
    }
    assertTrue(said.entrySet().size() > 40, "settings: " + said.entrySet().size());
  }
}
