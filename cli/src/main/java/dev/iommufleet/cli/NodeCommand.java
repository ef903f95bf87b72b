package dev.iommufleet.cli;

import com.typesafe.config.Config;
import dev.iommufleet.config.Inventory;
import dev.iommufleet.config.Profiles;
import dev.iommufleet.config.Settings;
import dev.iommufleet.node.NodeMain;
import dev.iommufleet.persistence.store.PostgresSchema;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a node in this process. */
@Command(
    name = "node",
    mixinStandardHelpOptions = true,
    header = "Run a node: the emulated IOMMUs, their journal, the API.",
    description = {
      "Prints one line 'ready grpc=HOST:PORT http=HOST:PORT data=DIR' on standard output once it"
          + " serves, logs to standard error, and ends on SIGTERM with exit code 0 after draining.",
      "The embedded journal is a directory that one node uses at a time; it survives kill -9."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet node",
      "  iommu-fleet node --data /var/lib/iommu-fleet --grpc-port 0 --http-port 0",
      "  iommu-fleet node --config site.conf --host 0.0.0.0 --insecure",
      "  iommu-fleet node --profile postgres --inventory lab.txt --host 10.0.0.1 --tls certs"
    })
final class NodeCommand implements Callable<Integer> {
  private static final int PORT_MOST = 65_535;
  private static final String PREFIX = "iommu-fleet.node.";

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      defaultValue = Profiles.EMBEDDED,
      description =
          "Where the journal lives: embedded (a directory) or postgres (a database)."
              + " Default: ${DEFAULT-VALUE}.")
  private String profile;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings that go before the defaults, in HOCON.")
  private Path config;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Directory of the embedded journal. Default: .iommu-fleet/data.")
  private Path data;

  @Option(
      names = "--host",
      paramLabel = "H",
      description = "Address to listen on. Default: 127.0.0.1; others need --tls or --insecure.")
  private String host;

  @Option(
      names = "--grpc-port",
      paramLabel = "N",
      description = "Port of the API; 0 means any free one. Default: 8651.")
  private Integer grpcPort;

  @Option(
      names = "--http-port",
      paramLabel = "N",
      description = "Port of the health checks; 0 means any free one. Default: 8652.")
  private Integer httpPort;

  @Option(
      names = "--seed",
      paramLabel = "H:P",
      description =
          "HTTP server of a node that votes, this one perhaps; again for each, the same at every"
              + " node. Profile postgres.")
  private List<String> seeds = List.of();

  @Option(
      names = "--inventory",
      paramLabel = "FILE",
      description =
          "The seeds, one HOST or HOST:PORT a line (port 8652 where none is given); # begins a"
              + " comment.")
  private Path inventory;

  @Option(
      names = "--cluster-host",
      paramLabel = "H",
      description = "How other nodes reach this one. Default: what --host says.")
  private String clusterHost;

  @Option(
      names = "--cluster-port",
      paramLabel = "N",
      description = "Port of messages between nodes; 0 means any free one. Default: 8653.")
  private Integer clusterPort;

  @Option(
      names = "--tls",
      paramLabel = "DIR",
      description =
          "Encrypt all doors: ca.crt, node.crt and node.key, as 'certs init' makes them."
              + " Default: no TLS.")
  private Path tls;

  @Option(names = "--insecure", description = "Serve beyond this machine without TLS.")
  private boolean insecure;

  @Option(
      names = "--print-schema",
      description = "Print the SQL that makes the tables of profile postgres, and end.")
  private boolean printSchema;

  @Override
  public Integer call() {
    if (printSchema) {
      var schema = Settings.of(settings()).postgres().schema();
      System.out.print(PostgresSchema.sql(schema));
      System.out.flush();
      return ExitCode.DONE;
    }
    if (!seeds.isEmpty() && inventory != null) {
      throw CommandException.usage("--seed and --inventory are given; one of the two goes");
    }
    if (config != null && (Files.isDirectory(config) || !Files.isReadable(config))) {
      throw CommandException.usage(
          "--config %s %s",
          config, Files.isDirectory(config) ? "is a directory" : "cannot be read");
    }
    return NodeMain.run(settings(), System.out, System.err);
  }

  private Config settings() {
    return Profiles.load(profile, Optional.ofNullable(config), overrides());
  }

  private Map<String, Object> overrides() {
    var overrides = new HashMap<String, Object>();
    put(overrides, "data-directory", data == null ? null : data.toAbsolutePath().toString());
    put(overrides, "host", host);
    put(overrides, "grpc-port", port("--grpc-port", grpcPort));
    put(overrides, "http-port", port("--http-port", httpPort));
    put(overrides, "insecure", insecure ? true : null);
    var nodes = inventory == null ? seeds : Inventory.read(inventory);
    putCluster(overrides, "seeds", nodes.isEmpty() ? null : nodes);
    putCluster(overrides, "host", clusterHost);
    putCluster(overrides, "port", port("--cluster-port", clusterPort));
    if (tls != null) {
      overrides.put("iommu-fleet.tls.directory", tls.toAbsolutePath().toString());
    }
    return overrides;
  }

  private static Integer port(String option, Integer port) {
    if (port != null && (port < 0 || port > PORT_MOST)) {
      throw CommandException.usage("%s is %d; 0 to %d go", option, port, PORT_MOST);
    }
    return port;
  }

  private static void put(Map<String, Object> overrides, String name, Object value) {
    if (value != null) {
      overrides.put(PREFIX + name, value);
    }
  }

  private static void putCluster(Map<String, Object> overrides, String name, Object value) {
    if (value != null) {
      overrides.put("iommu-fleet.cluster." + name, value);
    }
  }
}
