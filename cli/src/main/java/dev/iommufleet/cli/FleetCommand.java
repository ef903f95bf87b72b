package dev.iommufleet.cli;

import dev.iommufleet.client.FleetClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** A command that talks to a node. */
@Command(mixinStandardHelpOptions = true)
public abstract class FleetCommand implements Callable<Integer> {
  @Mixin private TargetOption target;
  @Mixin protected Printer print;

  @Override
  public final Integer call() {
    try (var client = target.connect()) {
      return run(client);
    }
  }

  /** Returns the exit code. */
  protected abstract int run(FleetClient client);
}
