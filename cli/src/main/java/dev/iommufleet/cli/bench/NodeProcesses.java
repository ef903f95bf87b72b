package dev.iommufleet.cli.bench;

import dev.iommufleet.cli.capture.MappedCodec;
import dev.iommufleet.cli.lab.LabCluster;
import dev.iommufleet.cli.lab.NodeProcess;
import dev.iommufleet.load.bench.Nodes;
import dev.iommufleet.load.lab.FreePorts;
import dev.iommufleet.load.remote.WireCodec;
import dev.iommufleet.protocol.api.v1.JournalLevel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

/** Nodes for benchmarks, started as {@code iommu-fleet node} is. */
final class NodeProcesses implements Nodes {
  private static final String MEAN_BYTES =
      "select avg(length(event_payload)) from"
          + " (select event_payload from event_journal order by ordering desc limit ?)";

  @Override
  public Node start(Path data, List<String> settings) throws IOException {
    Path config = Files.write(data.resolve("bench.conf"), settings);
    var options = List.of("--config", config.toString());
    return node(NodeProcess.start(data.resolve("data"), 0, data.resolve("node.log"), options));
  }

  /** A cluster of one, which is its own seed. */
  @Override
  public Node startInDatabase(Path data, List<String> settings) throws IOException {
    Path config = Files.write(data.resolve("bench.conf"), settings);
    var http = Integer.toString(FreePorts.one());
    var options =
        List.of(
            "--profile",
            "postgres",
            "--grpc-port",
            "0",
            "--http-port",
            http,
            "--seed",
            "127.0.0.1:" + http,
            "--config",
            config.toString());
    return node(
        NodeProcess.start(
            new NodeProcess.Launch(List.of(), List.of(), options, data.resolve("node.log"))));
  }

  private static Node node(NodeProcess process) {
    return new Node() {
      @Override
      public String target() {
        return process.target();
      }

      @Override
      public long pid() {
        return process.pid();
      }

      @Override
      public void close() {
        process.stop();
        process.close();
      }
    };
  }

  @Override
  public Cluster cluster(Path directory, int nodes) {
    var lab = LabCluster.start(new LabCluster.Plan(nodes, directory, false, List.of()));
    return new Cluster() {
      @Override
      public List<String> targets() {
        return lab.targets();
      }

      @Override
      public void leave(int node) {
        int code = lab.stop(node + 1);
        if (code != 0) {
          throw new IllegalStateException("a node that was to leave ended with code " + code);
        }
      }

      @Override
      public void kill(int node) {
        lab.kill(node + 1);
      }

      @Override
      public void start(int node) {
        lab.start(node + 1);
      }

      @Override
      public void close() {
        lab.close();
      }
    };
  }

  @Override
  public WireCodec codec() {
    return new MappedCodec(JournalLevel.JOURNAL_LEVEL_FACTS);
  }

  @Override
  public Path journal(Path data) {
    return data.resolve("data").resolve("journal.db");
  }

  @Override
  public double entryBytes(Path data, int count) throws IOException {
    try (var journal = DriverManager.getConnection("jdbc:sqlite:" + journal(data));
        var query = journal.prepareStatement(MEAN_BYTES)) {
      query.setInt(1, count);
      try (var rows = query.executeQuery()) {
        return rows.getDouble(1);
      }
    } catch (SQLException e) {
      throw new IOException("the journal of the benchmark cannot be read: " + e.getMessage(), e);
    }
  }
}
