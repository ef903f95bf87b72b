package dev.iommufleet.node;

import static dev.iommufleet.node.Ops.FEDATA;
import static dev.iommufleet.node.Ops.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.RefusedException;
import dev.iommufleet.client.RetryPolicy;
import dev.iommufleet.config.BadSettingException;
import dev.iommufleet.config.Profiles;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Nodes of one list of seeds")
class ClusterFormationTest {

  @Test
  @DisplayName("become one cluster, the last of the list first, and share the IOMMUs")
  void forms() throws Exception {
    try (var cluster = new ChildCluster(3)) {
      for (int index : List.of(2, 1, 0)) {
        cluster.launch(index);
      }
      for (int index : List.of(0, 1, 2)) {
        cluster.node(index).awaitReady();
      }
      var homes = new HashSet<String>();
      try (var first = cluster.connect(0);
          var last = cluster.connect(2)) {
        for (int i = 0; i < 30; i++) {
          var id = "i" + i;
          first.create(id, IommuSpec.getDefaultInstance());
          first.session(id).execute(List.of(write(FEDATA, 4, i + 1)));
          var seen = last.get(id);
          assertEquals(2, seen.getSequenceNumber());
          homes.add(seen.getNode());
        }
      }
      assertEquals(3, homes.size(), "IOMMUs live on " + homes);
      assertTrue(cluster.targets().containsAll(homes), "and say where: " + homes);
    }
  }

  @Test
  @DisplayName("wait for more than half of them: one of three refuses, and may be asked again")
  void minority() throws Exception {
    try (var cluster = new ChildCluster(3)) {
      var alone = cluster.launch(1);
      alone.awaitDoor();
      try (var client =
          FleetClient.connect(
              cluster.target(1), RetryPolicy.DEFAULT.withGiveUpAfter(Duration.ofSeconds(6)))) {
        var refused = assertThrows(RefusedException.class, () -> client.get("i1"));

        assertEquals("NODE_NOT_READY", refused.code());
        assertFalse(alone.hasSaidSomething(), "it says that it is ready");
        assertEquals(503, alone.ready());

        cluster.launch(2).awaitReady();
        alone.awaitReady();
        assertEquals(200, alone.ready());
        assertEquals("i1", client.create("i1", IommuSpec.getDefaultInstance()).getId());
      }
    }
  }

  @Test
  @DisplayName("let nobody in who has another list, and that node ends with the code of refusals")
  void otherSeeds() throws Exception {
    try (var cluster = new ChildCluster(3)) {
      cluster.launch(0);
      cluster.launch(1);
      cluster.node(0).awaitReady();
      cluster.node(1).awaitReady();
      var two = "127.0.0.1:%d,127.0.0.1:%d".formatted(cluster.httpPort(0), cluster.httpPort(2));

      var stranger = cluster.launch(2, "iommu-fleet.cluster.seeds=" + two);

      assertEquals(NodeMain.REFUSED, stranger.awaitEnd());
      assertFalse(stranger.hasSaidSomething(), "it says that it is ready");
    }
  }

  @Test
  @DisplayName("are refused by a node whose journal is a directory")
  void embedded() {
    var settings = Map.of("iommu-fleet.cluster.seeds", List.of("127.0.0.1:8652"));

    var refused =
        assertThrows(
            BadSettingException.class,
            () -> Node.start(Profiles.load(Profiles.EMBEDDED, Optional.empty(), settings)));

    assertTrue(
        refused.getMessage().contains("profile embedded forms no cluster"), refused.getMessage());
  }
}
