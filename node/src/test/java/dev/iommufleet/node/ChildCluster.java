package dev.iommufleet.node;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.config.Profiles;
import dev.iommufleet.load.lab.FreePorts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Nodes in processes of their own that share a database and vote with each other. */
final class ChildCluster implements AutoCloseable {
  private final String database = TestDatabase.create();
  private final List<Integer> http;
  private final List<Integer> grpc;
  private final List<Integer> remoting;
  private final List<String> settings;
  private final ChildNode[] nodes;

  /** Of so many seeds, none of which runs yet; {@code settings} as NAME=VALUE. */
  ChildCluster(int seeds, String... settings) {
    var ports = FreePorts.several(3 * seeds);
    this.http = ports.subList(0, seeds);
    this.grpc = ports.subList(seeds, 2 * seeds);
    this.remoting = ports.subList(2 * seeds, 3 * seeds);
    this.settings = List.of(settings);
    this.nodes = new ChildNode[seeds];
  }

  /** Begins a node, and does not wait for it; {@code own} settings go before all others. */
  ChildNode launch(int index, String... own) throws IOException {
    var all = new ArrayList<String>();
    all.add("iommu-fleet.postgres.url=" + database);
    all.add("iommu-fleet.postgres.connections=4");
    all.add("iommu-fleet.cluster.seeds=" + seeds());
    all.add("iommu-fleet.node.http-port=" + http.get(index));
    all.add("iommu-fleet.node.grpc-port=" + grpc.get(index));
    all.add("iommu-fleet.cluster.port=" + remoting.get(index));
    all.addAll(settings);
    all.addAll(List.of(own));
    nodes[index] = ChildNode.launch(Profiles.POSTGRES, all);
    return nodes[index];
  }

  private String seeds() {
    return http.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
  }

  /** All of them serve when it returns. */
  ChildCluster startAll() throws IOException {
    for (int i = 0; i < nodes.length; i++) {
      launch(i);
    }
    for (var node : nodes) {
      node.awaitReady();
    }
    return this;
  }

  ChildNode node(int index) {
    return nodes[index];
  }

  /** URL of what they share. */
  String database() {
    return database;
  }

  /** Of one node's gRPC server, whether it runs or not. */
  String target(int index) {
    return "127.0.0.1:" + grpc.get(index);
  }

  FleetClient connect(int index) {
    return FleetClient.connect(target(index));
  }

  List<String> targets() {
    return IntStream.range(0, nodes.length).mapToObj(this::target).toList();
  }

  int httpPort(int index) {
    return http.get(index);
  }

  @Override
  public void close() {
    for (var node : nodes) {
      if (node != null) {
        node.close();
      }
    }
  }
}
