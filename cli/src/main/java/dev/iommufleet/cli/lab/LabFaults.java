package dev.iommufleet.cli.lab;

import dev.iommufleet.load.engine.Faults;
import dev.iommufleet.load.scenario.Scenario.Fault;
import dev.iommufleet.load.scenario.Scenario.FaultKind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

/**
 * Does to a lab's cluster what a scenario says. Starts and stops that take time go on beside the
 * load; what becomes of them is asked for at the end.
 */
public final class LabFaults implements Faults {
  private final LabCluster cluster;
  private final ConcurrentLinkedQueue<CompletableFuture<?>> begun = new ConcurrentLinkedQueue<>();

  public LabFaults(LabCluster cluster) {
    this.cluster = cluster;
  }

  @Override
  public boolean can(FaultKind kind) {
    return switch (kind) {
      case KILL, STOP, RESTART, DATABASE -> true;
      case PARTITION, ONE_WAY -> cluster.network().isPresent();
      case COMMAND -> false;
    };
  }

  @Override
  public Undo inject(Fault fault) {
    return switch (fault.kind()) {
      case KILL -> {
        var node = cluster.node(fault.node());
        node.kill();
        yield () -> begun.add(node.begin());
      }
      case STOP -> {
        var node = cluster.node(fault.node());
        node.pause();
        yield node::resume;
      }
      case RESTART -> {
        var node = cluster.node(fault.node());
        begun.add(
            CompletableFuture.supplyAsync(node::stop)
                .thenAccept(code -> mustBeDone(fault.node(), code))
                .thenCompose(_ -> node.begin()));
        yield () -> {};
      }
      case DATABASE -> {
        cluster.database().stop();
        yield () -> cluster.database().start();
      }
      case PARTITION -> {
        var network = cluster.network().orElseThrow();
        network.part(List.of(fault.node() - 1), others(fault.node()));
        yield network::heal;
      }
      case ONE_WAY -> {
        var network = cluster.network().orElseThrow();
        others(fault.node()).forEach(other -> network.cut(fault.node() - 1, other));
        yield network::heal;
      }
      case COMMAND -> throw new IllegalStateException("commands are not for labs");
    };
  }

  @Override
  public boolean whole() {
    return begun.stream().allMatch(CompletableFuture::isDone);
  }

  private static void mustBeDone(int node, int exitCode) {
    if (exitCode != 0) {
      throw new IllegalStateException(
          "node %d ended on SIGTERM with exit code %d instead of 0".formatted(node, exitCode));
    }
  }

  /** From 0. */
  private List<Integer> others(int node) {
    return IntStream.range(0, cluster.size()).filter(it -> it != node - 1).boxed().toList();
  }

  /**
   * What went wrong with nodes that were started or stopped.
   *
   * @param waits for those on the way; else nothing is said of them
   */
  public List<String> failures(boolean waits) {
    var failures = new ArrayList<String>();
    for (var one : begun.stream().filter(it -> waits || it.isDone()).toList()) {
      try {
        one.join();
      } catch (RuntimeException e) {
        var cause = e.getCause() == null ? e : e.getCause();
        failures.add("the lab: " + (cause.getMessage() == null ? cause : cause.getMessage()));
      }
    }
    return failures;
  }
}
