package dev.iommufleet.cli.capture;

import picocli.CommandLine.Command;

/** Groups what can be done with captures. */
@Command(
    name = "capture",
    description = "Works with captures of a reference emulator (format vtd-capture-1).",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {ReplayCommand.class})
public final class CaptureCommand {}
