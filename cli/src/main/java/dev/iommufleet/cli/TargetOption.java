package dev.iommufleet.cli;

import dev.iommufleet.client.ClientTls;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.RetryPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine.Option;

/** Which node a command talks to. */
public final class TargetOption {
  private static final String VARIABLE = "IOMMU_FLEET_TARGET";
  private static final String TLS_VARIABLE = "IOMMU_FLEET_TLS";
  private static final int RETRY_SECONDS_MOST = 3_600;
  private static final String DEFAULT = "localhost:8651";

  /** Held here: a logger that nobody holds forgets its level. */
  private static final Logger GRPC = Logger.getLogger("io.grpc");

  @Option(
      names = "--target",
      paramLabel = "HOST:PORT",
      description = "The node. Default: IOMMU_FLEET_TARGET, else " + DEFAULT + ".")
  private String target;

  @Option(
      names = "--tls",
      paramLabel = "DIR",
      description =
          "Encrypt: ca.crt, and client.crt with client.key where nodes ask for them."
              + " Default: IOMMU_FLEET_TLS, else no TLS.")
  private Path tls;

  @Option(
      names = "--retry-seconds",
      paramLabel = "N",
      defaultValue = "2",
      description = "How long to go on trying while no node answers. Default: ${DEFAULT-VALUE}.")
  private int retrySeconds;

  /** The target as given, or where it is looked for without it. */
  public String target() {
    if (target != null) {
      return target;
    }
    var variable = System.getenv(VARIABLE);
    return variable == null || variable.isBlank() ? DEFAULT : variable;
  }

  public boolean given() {
    return target != null;
  }

  /** How long to go on trying while no node answers. */
  public int retrySeconds() {
    if (retrySeconds < 0 || retrySeconds > RETRY_SECONDS_MOST) {
      throw CommandException.usage(
          "--retry-seconds is %d; 0 to %d go", retrySeconds, RETRY_SECONDS_MOST);
    }
    return retrySeconds;
  }

  /** A client of the node; nothing is sent before the first call. */
  public FleetClient connect() {
    return connect(RetryPolicy.DEFAULT.withGiveUpAfter(Duration.ofSeconds(retrySeconds())));
  }

  /** A client that repeats calls as the policy says. */
  public FleetClient connect(RetryPolicy policy) {
    // What gRPC logs of a failed call in a page, the command says in a line.
    GRPC.setLevel(Level.OFF);
    try {
      var keys = tls();
      return keys.isPresent()
          ? FleetClient.connect(target(), policy, keys.get())
          : FleetClient.connect(target(), policy);
    } catch (IllegalArgumentException e) {
      throw CommandException.usage("%s", e.getMessage());
    }
  }

  private Optional<ClientTls> tls() {
    var variable = System.getenv(TLS_VARIABLE);
    if (tls == null && (variable == null || variable.isBlank())) {
      return Optional.empty();
    }
    return Optional.of(new ClientTls(tls != null ? tls : Path.of(variable)));
  }
}
