package dev.iommufleet.cli.device;

import picocli.CommandLine.Command;

/** Groups what is done with one host device. */
@Command(
    name = "device",
    header = "Create, attach and drive host devices, emulated or passed through.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    subcommands = {
      CreateCommand.class,
      GetCommand.class,
      ListCommand.class,
      DeleteCommand.class,
      AttachCommand.class,
      DetachCommand.class,
      ConfigCommand.class,
      BindingsCommand.class,
      HwptsCommand.class,
      TlbCommand.class,
      GroupsCommand.class,
      DmaCommand.class,
      ResetCommand.class,
      InjectCommand.class,
      CallCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet device create d1 --kind passthrough",
      "  iommu-fleet device attach d1 guest-1 00:02.0",
      "  iommu-fleet device bindings d1",
      "  iommu-fleet device detach d1 --surprise"
    })
public final class DeviceCommand {}
