package dev.iommufleet.cli.load;

import picocli.CommandLine.Command;

/** Groups what can be done with loads. */
@Command(
    name = "load",
    description = "Drives a fleet as many virtual machines do, and judges what it answers.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {RunCommand.class, CheckCommand.class, CompareCommand.class})
public final class LoadCommand {}
