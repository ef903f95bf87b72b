package dev.iommufleet.cli.iommu;

import picocli.CommandLine.Command;

/** Groups what is done with guest memory. */
@Command(
    name = "memory",
    header = "Read and write guest memory, or say how a range of it answers.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    subcommands = {MemoryReadCommand.class, MemoryWriteCommand.class, MemoryRangeCommand.class},
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet iommu memory read guest-1 0x1000 64",
      "  iommu-fleet iommu memory write guest-1 0x1000 0123456789abcdef",
      "  iommu-fleet iommu memory range guest-1 0x2000 0x1000 unreadable"
    })
final class MemoryCommand {}
