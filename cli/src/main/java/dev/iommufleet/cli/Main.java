package dev.iommufleet.cli;

import dev.iommufleet.cli.bench.BenchCommand;
import dev.iommufleet.cli.capture.CaptureCommand;
import dev.iommufleet.cli.certs.CertsCommand;
import dev.iommufleet.cli.cluster.ClusterCommand;
import dev.iommufleet.cli.demo.DemoCommand;
import dev.iommufleet.cli.device.DeviceCommand;
import dev.iommufleet.cli.explore.ExploreCommand;
import dev.iommufleet.cli.iommu.IommuCommand;
import dev.iommufleet.cli.journal.JournalCommand;
import dev.iommufleet.cli.load.LoadCommand;
import java.util.Locale;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Where the process starts and every subcommand is registered. */
@Command(
    name = "iommu-fleet",
    header = "Fleets of emulated Intel VT-d IOMMUs as sharded, event-sourced actors.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      DemoCommand.class,
      NodeCommand.class,
      CertsCommand.class,
      ClusterCommand.class,
      IommuCommand.class,
      DeviceCommand.class,
      CaptureCommand.class,
      JournalCommand.class,
      ExploreCommand.class,
      LoadCommand.class,
      BenchCommand.class,
      CommandLine.HelpCommand.class,
      AutoComplete.GenerateCompletion.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet demo",
      "  iommu-fleet node --data ./data",
      "  iommu-fleet iommu create guest-1 --scalable-first-stage",
      "  iommu-fleet capture replay guest.jsonl.gz",
      "  iommu-fleet journal verify --data ./data",
      "  iommu-fleet explore --all",
      "  iommu-fleet load run smoke",
      "",
      "Exit codes: 0 done; 1 a mismatch, violation or failed expectation was found; 2 bad usage or",
      "bad input; 3 the target cannot be reached; 4 refused.",
      "Client commands find the node by --target, else by IOMMU_FLEET_TARGET, else localhost:8651."
    })
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    // Numbers look the same wherever this runs.
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    System.exit(commandLine().execute(arguments));
  }

  /** The whole command, ready to run or to be looked at. */
  public static CommandLine commandLine() {
    return Shape.of(new CommandLine(new Main()));
  }
}
