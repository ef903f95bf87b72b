package dev.iommufleet.load.engine;

import dev.iommufleet.load.scenario.Scenario.Fault;
import dev.iommufleet.load.scenario.Scenario.FaultKind;
import java.io.IOException;

/** Commands that the scenario itself gives; nothing else. */
public final class ShellFaults implements Faults {

  @Override
  public boolean can(FaultKind kind) {
    return kind == FaultKind.COMMAND;
  }

  @Override
  public Undo inject(Fault fault) throws IOException, InterruptedException {
    var process = new ProcessBuilder("/bin/sh", "-c", fault.command()).inheritIO().start();
    int code = process.waitFor();
    if (code != 0) {
      throw new IOException("'%s' ended with %d".formatted(fault.command(), code));
    }
    return () -> {};
  }
}
