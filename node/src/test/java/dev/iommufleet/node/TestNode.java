package dev.iommufleet.node;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.config.Profiles;
import dev.iommufleet.load.lab.FreePorts;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A node in this process, on free ports, and a client of it. */
record TestNode(Node node, FleetClient client) implements AutoCloseable {

  static TestNode start(Path data) {
    return start(data, Map.of());
  }

  static TestNode start(Path data, Map<String, ?> overrides) {
    var settings = new HashMap<String, Object>(overrides);
    settings.put("iommu-fleet.node.data-directory", data.toString());
    settings.put("iommu-fleet.node.grpc-port", 0);
    settings.put("iommu-fleet.node.http-port", 0);
    var node = Node.start(Profiles.load(Profiles.EMBEDDED, Optional.empty(), settings));
    return new TestNode(node, FleetClient.connect("127.0.0.1:" + node.grpcPort()));
  }

  /** With its journal in a database. */
  static TestNode start(String databaseUrl, Map<String, ?> overrides) {
    var settings = new HashMap<String, Object>(overrides);
    int httpPort = FreePorts.one();
    settings.put("iommu-fleet.postgres.url", databaseUrl);
    settings.put("iommu-fleet.node.grpc-port", 0);
    settings.put("iommu-fleet.node.http-port", httpPort);
    settings.put("iommu-fleet.cluster.port", 0);
    settings.put("iommu-fleet.cluster.seeds", List.of("127.0.0.1:" + httpPort));
    var node = Node.start(Profiles.load(Profiles.POSTGRES, Optional.empty(), settings));
    if (!node.awaitServing()) {
      throw new IllegalStateException("the node ended before it served");
    }
    return new TestNode(node, FleetClient.connect("127.0.0.1:" + node.grpcPort()));
  }

  @Override
  public void close() {
    client.close();
    node.close();
  }
}
