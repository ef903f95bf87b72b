package dev.iommufleet.cli.cluster;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.FleetCommand;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.client.FleetClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lets a node leave. */
@Command(
    name = "leave",
    header = "Let a node hand its shards over, leave the cluster and end.",
    description = {
      "The node answers what it has accepted, refuses what is new (NODE_STOPPING), and its process"
          + " ends with exit code 0. Its vote is missing until it is started again.",
      "Answers when the node has begun to leave; 'cluster status' shows how far it is."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet cluster leave --target lab3:8651",
      "  iommu-fleet cluster leave --target lab1:8651 --node lab3:8651"
    })
final class LeaveCommand extends FleetCommand {

  @Option(
      names = "--node",
      paramLabel = "ADDR",
      defaultValue = "",
      description =
          "Who is to leave: its gRPC server HOST:PORT, or its address as the status has it."
              + " Default: the node that is asked.")
  private String node;

  @Override
  protected int run(FleetClient client) {
    var address = client.leaveCluster(node);
    if (print.json()) {
      print.json(Json.object("address", address));
    } else {
      print.line("%s leaves", address);
    }
    return DONE;
  }
}
