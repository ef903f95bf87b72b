package dev.iommufleet.cli.iommu;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.FleetCommand;
import dev.iommufleet.client.FleetClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Makes an IOMMU. */
@Command(
    name = "create",
    header = "Make an IOMMU in power-on state.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet iommu create a --legacy",
      "  iommu-fleet iommu create b --scalable-first-stage --device-tlb --page-requests",
      "  iommu-fleet iommu create c --scalable-second-stage --profile qemu-11.1 \\",
      "      --no-quirk IOTLB_IGNORES_DOMAIN --journal-level full"
    })
final class CreateCommand extends FleetCommand {
  @Parameters(
      paramLabel = "ID",
      description = "1 to 64 letters, digits, dots, dashes, underscores; used once, for ever.")
  private String id;

  @Mixin private SpecOptions options;

  @Override
  protected int run(FleetClient client) {
    IommuPrinter.print(print, client.create(id, options.spec()));
    return DONE;
  }
}
