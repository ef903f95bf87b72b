package dev.iommufleet.cli.iommu;

import picocli.CommandLine.Command;

/** Groups what is done with one IOMMU. */
@Command(
    name = "iommu",
    header = "Create, look at and drive emulated IOMMUs.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    subcommands = {
      CreateCommand.class,
      GetCommand.class,
      ListCommand.class,
      DeleteCommand.class,
      RegistersCommand.class,
      ContextsCommand.class,
      PasidsCommand.class,
      TablesCommand.class,
      QueueCommand.class,
      PrqCommand.class,
      FaultsCommand.class,
      MemoryCommand.class,
      TranslateCommand.class,
      QiCommand.class,
      ExecCommand.class,
      WatchCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet iommu create guest-1 --scalable-first-stage",
      "  iommu-fleet iommu qi guest-1 \"cc-d 00:02.0 fm=0\" \"pc did=5 pasid=3\" wait",
      "  iommu-fleet iommu tables guest-1 --sid 00:02.0 --pasid 3"
    })
public final class IommuCommand {}
