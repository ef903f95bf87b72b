package dev.iommufleet.cli.lab;

import dev.iommufleet.cli.TargetOption;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.RetryPolicy;
import dev.iommufleet.load.engine.Faults;
import dev.iommufleet.load.engine.ShellFaults;
import dev.iommufleet.load.scenario.Scenario;
import dev.iommufleet.load.scenario.Scenario.FaultKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Where a load runs.
 *
 * @param targets HOST:PORT of each node
 * @param faults what can be done to it
 */
public record Place(
    Function<RetryPolicy, FleetClient> connect,
    List<String> targets,
    Faults faults,
    AutoCloseable owned)
    implements AutoCloseable {
  private static final Set<FaultKind> OF_NETWORKS = Set.of(FaultKind.PARTITION, FaultKind.ONE_WAY);

  /** A fleet that others have started. */
  public static Place of(TargetOption target) {
    return new Place(
        target::connect, List.of(target.target().split(",")), new ShellFaults(), () -> {});
  }

  /** A cluster of its own, which ends with it. */
  public static Place lab(int nodes, Path directory, Scenario scenario) {
    boolean partitions = scenario.faults().stream().anyMatch(it -> OF_NETWORKS.contains(it.kind()));
    var cluster = LabCluster.start(new LabCluster.Plan(nodes, directory, partitions, List.of()));
    return of(cluster);
  }

  /** A cluster that runs; ends with this. */
  public static Place of(LabCluster cluster) {
    var targets = cluster.targets();
    var all = String.join(",", targets);
    return new Place(
        policy -> FleetClient.connect(all, policy), targets, new LabFaults(cluster), cluster);
  }

  /**
   * What went wrong besides what the load saw.
   *
   * @param waits for nodes that are on their way
   */
  public List<String> failures(boolean waits) {
    return faults instanceof LabFaults lab ? lab.failures(waits) : List.of();
  }

  @Override
  public void close() {
    try {
      owned.close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("a lab did not end well", e);
    }
  }
}
