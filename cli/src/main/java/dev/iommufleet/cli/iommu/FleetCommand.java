package dev.iommufleet.cli.iommu;

import dev.iommufleet.cli.Printer;
import dev.iommufleet.cli.TargetOption;
import dev.iommufleet.client.FleetClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** A command that talks to a node. */
@Command(mixinStandardHelpOptions = true)
abstract class FleetCommand implements Callable<Integer> {
  @Mixin private TargetOption target;
  @Mixin Printer print;

  @Override
  public final Integer call() {
    try (var client = target.connect()) {
      return run(client);
    }
  }

  /** Returns the exit code. */
  abstract int run(FleetClient client);
}
