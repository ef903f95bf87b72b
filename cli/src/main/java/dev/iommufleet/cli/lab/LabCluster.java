package dev.iommufleet.cli.lab;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.load.lab.FreePorts;
import dev.iommufleet.load.lab.LabDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A cluster on this machine: a PostgreSQL server and nodes as processes that share it, started as
 * users start them. Nodes can be killed, paused, stopped and started again in their places; the
 * network between them can be cut where this machine allows namespaces.
 */
public final class LabCluster implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";
  private static final String DATABASE = "fleet";

  /** Three nodes and whoever drives them share one machine. */
  private static final List<String> JVM = List.of("-Xmx1g", "-XX:+UseParallelGC");

  private final LabDatabase database;
  private final Optional<Network> network;
  private final List<LabNode> nodes = new ArrayList<>();
  private final Path directory;

  /**
   * What a lab is like.
   *
   * @param nodes 1 to 9
   * @param directory of its own; logs and the database's files go there
   * @param partitions the network between nodes can be cut
   * @param settings HOCON lines that go before the nodes' defaults
   */
  public record Plan(int nodes, Path directory, boolean partitions, List<String> settings) {}

  private LabCluster(Path directory, LabDatabase database, Optional<Network> network) {
    this.directory = directory;
    this.database = database;
    this.network = network;
  }

  /**
   * Serves when it returns.
   *
   * @throws CommandException a node does not start, or this machine does not allow partitions
   */
  public static LabCluster start(Plan plan) {
    var network =
        plan.partitions ? Optional.of(Network.open(plan.nodes)) : Optional.<Network>empty();
    LabDatabase database = null;
    try {
      Files.createDirectories(plan.directory);
      database = database(plan.directory, network);
      var cluster = new LabCluster(plan.directory, database, network);
      cluster.startNodes(plan);
      return cluster;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      if (database != null) {
        database.close();
      }
      network.ifPresent(Network::close);
      throw e;
    }
  }

  private static LabDatabase database(Path directory, Optional<Network> network)
      throws IOException {
    var listen = network.map(it -> LOOPBACK + "," + it.gateway()).orElse(LOOPBACK);
    var database =
        LabDatabase.start(
            directory,
            LabDatabase.Durability.FULL,
            Map.of("listen_addresses", listen, "max_connections", "200"));
    database.createDatabase(DATABASE);
    if (network.isPresent()) {
      Files.writeString(
          directory.resolve("postgres").resolve("pg_hba.conf"),
          "host all all %s/24 trust%n".formatted(network.get().gateway()),
          StandardOpenOption.APPEND);
      database.execute(DATABASE, "select pg_reload_conf()");
    }
    return database;
  }

  // ---- nodes -------------------------------------------------------------------------------

  private record Ports(int grpc, int http, int cluster) {}

  private void startNodes(Plan plan) throws IOException {
    var config = Files.write(directory.resolve("nodes.conf"), settings(plan.settings));
    var free = FreePorts.several(3 * plan.nodes);
    var ports = new ArrayList<Ports>();
    var seeds = new ArrayList<String>();
    for (int i = 0; i < plan.nodes; i++) {
      ports.add(
          network.isPresent()
              ? new Ports(8651, 8652, 8653)
              : new Ports(free.get(3 * i), free.get(3 * i + 1), free.get(3 * i + 2)));
      seeds.addAll(List.of("--seed", host(i) + ":" + ports.getLast().http));
    }
    var begun = new ArrayList<CompletableFuture<Void>>();
    try {
      for (int i = 0; i < plan.nodes; i++) {
        nodes.add(
            new LabNode(launch(i, ports.get(i), seeds, config), host(i) + ":" + ports.get(i).grpc));
        begun.add(nodes.getLast().begin());
      }
      begun.forEach(CompletableFuture::join);
    } catch (CompletionException e) {
      nodes.forEach(LabNode::close);
      throw e.getCause() instanceof CommandException known ? known : e;
    }
  }

  private List<String> settings(List<String> more) {
    var lines = new ArrayList<String>();
    var host = network.map(Network::gateway).orElse(LOOPBACK);
    lines.add(
        "iommu-fleet.postgres.url = \"%s\""
            .formatted(database.url(DATABASE).replace(LOOPBACK, host)));
    lines.addAll(more);
    return lines;
  }

  private NodeProcess.Launch launch(int node, Ports ports, List<String> seeds, Path config) {
    var options = new ArrayList<>(List.of("--profile", "postgres", "--config", config.toString()));
    options.addAll(List.of("--host", host(node), "--grpc-port", Integer.toString(ports.grpc)));
    options.addAll(List.of("--http-port", Integer.toString(ports.http)));
    options.addAll(List.of("--cluster-port", Integer.toString(ports.cluster)));
    options.addAll(seeds);
    if (network.isPresent()) {
      options.add("--insecure");
    }
    return new NodeProcess.Launch(
        network.map(it -> it.prefix(node)).orElse(List.of()), JVM, options, log(node + 1));
  }

  private String host(int node) {
    return network.map(it -> it.address(node)).orElse(LOOPBACK);
  }

  /** HOST:PORT of the API of each node, dead or alive. */
  public List<String> targets() {
    return nodes.stream().map(LabNode::target).toList();
  }

  /** What node 1, 2, … wrote on standard error. */
  public Path log(int node) {
    return directory.resolve("node-%d.log".formatted(node));
  }

  public LabDatabase database() {
    return database;
  }

  /** As journal tools take it. */
  public String databaseUrl() {
    return database.url(DATABASE);
  }

  /**
   * @param number 1 to the number of nodes
   */
  LabNode node(int number) {
    if (number < 1 || number > nodes.size()) {
      throw CommandException.usage("node %d; this lab has nodes 1 to %d", number, nodes.size());
    }
    return nodes.get(number - 1);
  }

  /** SIGTERM; returns the exit code of node 1, 2, … */
  public int stop(int number) {
    return node(number).stop();
  }

  /** SIGKILL. */
  public void kill(int number) {
    node(number).kill();
  }

  /** A node that has ended serves again when this returns. */
  public void start(int number) {
    node(number).begin().join();
  }

  int size() {
    return nodes.size();
  }

  public long pid(int number) {
    return node(number).pid();
  }

  Optional<Network> network() {
    return network;
  }

  @Override
  public void close() {
    nodes.forEach(LabNode::close);
    database.close();
    network.ifPresent(Network::close);
  }
}
