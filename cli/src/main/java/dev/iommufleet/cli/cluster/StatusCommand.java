package dev.iommufleet.cli.cluster;

import static dev.iommufleet.cli.ExitCode.DONE;
import static dev.iommufleet.cli.ExitCode.FOUND;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import dev.iommufleet.cli.FleetCommand;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.Times;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.protocol.api.v1.ClusterMember;
import dev.iommufleet.protocol.api.v1.GetClusterStatusResponse;
import dev.iommufleet.protocol.api.v1.NodeState;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;

/** Shows the cluster as one node sees it. */
@Command(
    name = "status",
    header = "Show the cluster as one node sees it.",
    description =
        "Exit code 1 when the node does not serve, or sees a member that is out of reach.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet cluster status --target lab1:8651",
      "  iommu-fleet cluster status --json | jq -r '.members[].grpc'"
    })
final class StatusCommand extends FleetCommand {
  private static final String PREFIX = "NODE_STATE_";

  @Override
  protected int run(FleetClient client) {
    var status = client.clusterStatus();
    if (print.json()) {
      print.json(json(status));
    } else {
      text(status);
    }
    boolean well =
        status.getState() == NodeState.NODE_STATE_SERVING
            && status.getMembersList().stream().allMatch(ClusterMember::getReachable);
    return well ? DONE : FOUND;
  }

  private static String state(GetClusterStatusResponse status) {
    return status.getState().name().substring(PREFIX.length()).toLowerCase(Locale.ROOT);
  }

  private static Map<String, Object> json(GetClusterStatusResponse status) {
    return Json.object(
        "node", status.getNode(),
        "state", state(status),
        "ownershipCertain", status.getOwnershipCertain(),
        "ownershipSince", time(status.getOwnershipSinceUnixNanos()),
        "memberSince", time(status.getMemberSinceUnixNanos()),
        "restarts", status.getRestarts(),
        "version", status.getVersion().isEmpty() ? null : status.getVersion(),
        "javaVersion", status.getJavaVersion().isEmpty() ? null : status.getJavaVersion(),
        "majority", status.getMajority(),
        "seeds", List.copyOf(status.getSeedsList()),
        "members", status.getMembersList().stream().map(StatusCommand::json).toList());
  }

  private static Map<String, Object> json(ClusterMember member) {
    return Json.object(
        "address", member.getAddress(),
        "status", member.getStatus(),
        "reachable", member.getReachable(),
        "leader", member.getLeader(),
        "voter", member.getVoter(),
        "grpc", member.getGrpc().isEmpty() ? null : member.getGrpc(),
        "shards", member.hasShards() ? member.getShards() : null,
        "iommus", member.hasShards() ? member.getIommus() : null,
        "hostDevices", member.hasShards() ? member.getHostDevices() : null);
  }

  private static String time(long unixNanos) {
    return unixNanos == 0 ? null : Times.text(unixNanos);
  }

  private void text(GetClusterStatusResponse status) {
    print.line(
        "%s is %s%s; it is %s that it belongs to the majority, since %s",
        status.getNode(),
        state(status),
        status.getRestarts() == 0
            ? ""
            : ", after %d new beginnings".formatted(status.getRestarts()),
        status.getOwnershipCertain() ? "certain" : "not certain",
        time(status.getOwnershipSinceUnixNanos()));
    if (status.getSeedsCount() > 0) {
      print.line(
          "%d of %d seeds make a majority: %s",
          status.getMajority(), status.getSeedsCount(), String.join(", ", status.getSeedsList()));
    }
    if (status.getMembersCount() > 0) {
      print.line("%s", table(status.getMembersList()));
    }
  }

  private static String table(List<ClusterMember> members) {
    return AsciiTable.builder()
        .border(AsciiTable.NO_BORDERS)
        .data(
            members,
            List.of(
                left("node").with(it -> it.getGrpc().isEmpty() ? "-" : it.getGrpc()),
                left("address").with(ClusterMember::getAddress),
                left("status").with(ClusterMember::getStatus),
                left("reach").with(it -> it.getReachable() ? "yes" : "no"),
                left("role").with(StatusCommand::role),
                right("shards").with(it -> count(it, it.getShards())),
                right("IOMMUs").with(it -> count(it, it.getIommus())),
                right("devices").with(it -> count(it, it.getHostDevices()))))
        .asString();
  }

  private static Column left(String header) {
    return new Column().header(header).dataAlign(HorizontalAlign.LEFT).maxWidth(64);
  }

  private static Column right(String header) {
    return new Column().header(header).dataAlign(HorizontalAlign.RIGHT);
  }

  private static String role(ClusterMember member) {
    var role = member.getVoter() ? "votes" : "no vote";
    return member.getLeader() ? role + ", leads" : role;
  }

  private static String count(ClusterMember member, int count) {
    return member.hasShards() ? Integer.toString(count) : "-";
  }
}
