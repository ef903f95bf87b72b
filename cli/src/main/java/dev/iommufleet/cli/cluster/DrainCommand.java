package dev.iommufleet.cli.cluster;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.FleetCommand;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.client.FleetClient;
import picocli.CommandLine.Command;

/** Drains a node. */
@Command(
    name = "drain",
    header = "Let a node hand its shards over and stay a member that votes.",
    description = {
      "The node answers what it has accepted and refuses what is new (NODE_NOT_READY); /ready says"
          + " 503. It runs nothing, keeps its vote, and can be looked at. Start it again, or let it"
          + " leave, when the work is done.",
      "Answers when the node has no shards."
    },
    footerHeading = "%nExample:%n",
    footer = "  iommu-fleet cluster drain --target lab3:8651")
final class DrainCommand extends FleetCommand {

  @Override
  protected int run(FleetClient client) {
    var address = client.drainNode();
    if (print.json()) {
      print.json(Json.object("address", address));
    } else {
      print.line("%s is drained", address);
    }
    return DONE;
  }
}
