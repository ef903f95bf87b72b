package dev.iommufleet.cli.iommu;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.tables.Bounds;
import dev.iommufleet.cli.text.Converters;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.hardware.vtd.Access;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows the tables of one function. */
@Command(
    name = "tables",
    header = "Show the guest's tables that a request of a function goes through, as a tree.",
    description = {
      "Root, context, PASID and page tables as they are in guest memory now; the unit may hold"
          + " older copies in its caches. Neighbouring pages make one line. Bounded, also when the"
          + " guest's tables go in circles."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet iommu tables guest-1 --sid 00:02.0",
      "  iommu-fleet iommu tables guest-1 --sid 00:02.0 --pasid 3 --depth 2 --json"
    })
final class TablesCommand extends OneIommuCommand {
  private static final int NODES_MOST = 1 << 20;

  @Option(
      names = "--sid",
      required = true,
      paramLabel = "SID",
      converter = Converters.Source.class,
      description = "Source id, as 00:02.0 or 0x10.")
  private int sourceId;

  @Option(
      names = "--pasid",
      paramLabel = "PASID",
      converter = Converters.Pasid.class,
      description = "Of requests with this PASID. Default: of requests without PASID.")
  private Integer pasid;

  @Option(
      names = "--depth",
      paramLabel = "N",
      defaultValue = "5",
      description = "Levels of page tables to show. Default: ${DEFAULT-VALUE}.")
  private int depth;

  @Option(
      names = "--entries",
      paramLabel = "N",
      defaultValue = "64",
      description = "Lines for one table. Default: ${DEFAULT-VALUE}.")
  private int entries;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      defaultValue = "1024",
      description = "Tables in all. Default: ${DEFAULT-VALUE}.")
  private int nodes;

  @Override
  protected int run(FleetClient client) {
    if (depth < 1 || entries < 1 || nodes < 1 || nodes > NODES_MOST) {
      throw CommandException.usage(
          "--depth and --entries take 1 and more, --nodes 1 to %d", NODES_MOST);
    }
    var bounds = new Bounds(depth, entries, nodes);
    var tree =
        Looking.at(client, id)
            .tables(bounds)
            .function(sourceId, pasid == null ? Access.NO_PASID : pasid);
    if (print.json()) {
      print.json(tree.json());
    } else {
      tree.lines().forEach(line -> print.out().println(line));
      print.out().flush();
    }
    return DONE;
  }
}
