package dev.iommufleet.cli.journal;

import picocli.CommandLine.Command;

/** Groups what is done with journals. */
@Command(
    name = "journal",
    header = "Look into the journals of a data directory, a live node's too; read-only.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    subcommands = {
      ListCommand.class,
      ShowCommand.class,
      StateCommand.class,
      DiffCommand.class,
      VerifyCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet journal list --data ./data",
      "  iommu-fleet journal show guest-1 --data ./data --from 10 --to 12",
      "  iommu-fleet journal state nic-1 --data ./data --at 12",
      "  iommu-fleet journal verify --data ./data"
    })
public final class JournalCommand {}
