package dev.iommufleet.cli.iommu;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.client.FleetClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows an IOMMU. */
@Command(
    name = "get",
    header = "Show what an IOMMU is made of and how it is.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet iommu get guest-1",
      "  iommu-fleet iommu get guest-1 --json | jq -r .stateHash",
      "  iommu-fleet iommu get guest-1 --believed"
    })
final class GetCommand extends OneIommuCommand {
  @Option(
      names = "--believed",
      description = "List the rules of docs/spec-map.md that rest on no code and no capture.")
  private boolean believed;

  @Override
  protected int run(FleetClient client) {
    var iommu = client.get(id);
    IommuPrinter.print(print, iommu);
    if (believed && !print.json()) {
      var rules = iommu.getBelievedRulesList();
      print.line("%-14s %s", "believed", rules.isEmpty() ? "none" : String.join(", ", rules));
    }
    return DONE;
  }
}
