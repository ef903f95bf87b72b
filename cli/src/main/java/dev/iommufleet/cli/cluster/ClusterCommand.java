package dev.iommufleet.cli.cluster;

import picocli.CommandLine.Command;

/** Groups what is asked of nodes as members of a cluster. */
@Command(
    name = "cluster",
    header = "Look at the nodes of a cluster, drain one, let one leave.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    subcommands = {StatusCommand.class, DrainCommand.class, LeaveCommand.class},
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet cluster status --target lab1:8651",
      "  iommu-fleet cluster drain --target lab1:8651",
      "  iommu-fleet cluster leave --target lab1:8651"
    })
public final class ClusterCommand {}
