package dev.iommufleet.cli.certs;

import picocli.CommandLine.Command;

/** What has to do with certificates. */
@Command(
    name = "certs",
    mixinStandardHelpOptions = true,
    header = "Certificates for nodes and clients of a lab.",
    subcommands = InitCommand.class)
public final class CertsCommand {}
