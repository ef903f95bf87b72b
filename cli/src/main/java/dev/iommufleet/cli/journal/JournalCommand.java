package dev.iommufleet.cli.journal;

import picocli.CommandLine.Command;

/** Groups what is done with journals. */
@Command(
    name = "journal",
    header =
        "Look into the journals of a data directory or a database, of live nodes too; read-only.",
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
      "  iommu-fleet journal verify --data ./data",
      "  iommu-fleet journal list --database postgresql://iommu_fleet@db:5432/iommu_fleet"
    })
public final class JournalCommand {}
