package dev.iommufleet.node;

import static dev.iommufleet.node.Ops.FEDATA;
import static dev.iommufleet.node.Ops.read;
import static dev.iommufleet.node.Ops.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.RefusedException;
import dev.iommufleet.client.RetryPolicy;
import dev.iommufleet.protocol.api.v1.ClusterMember;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.NodeState;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Who runs a cluster")
class ClusterAdminTest {

  @Test
  @DisplayName("sees its members, drains one, lets another leave; what they ran goes on")
  void membersComeAndGo() throws Exception {
    try (var cluster = new ChildCluster(3).startAll();
        var client = cluster.connect(0);
        var second = FleetClient.connect(cluster.target(1), RetryPolicy.NONE)) {
      var ids = IntStream.range(0, 12).mapToObj(i -> "i" + i).toList();
      for (var id : ids) {
        client.create(id, IommuSpec.getDefaultInstance());
        client.session(id).execute(List.of(write(FEDATA, 4, 7)));
      }

      var status = client.clusterStatus();
      assertEquals(NodeState.NODE_STATE_SERVING, status.getState());
      assertEquals(2, status.getMajority());
      assertEquals(Set.copyOf(cluster.targets()), grpc(status.getMembersList()));
      assertEquals(12, status.getMembersList().stream().mapToInt(ClusterMember::getIommus).sum());

      second.drainNode();
      assertEquals(NodeState.NODE_STATE_DRAINED, second.clusterStatus().getState());
      assertEquals(
          "NODE_NOT_READY", assertThrows(RefusedException.class, () -> second.get("i0")).code());
      assertServed(client, ids);

      client.leaveCluster(cluster.target(2));
      assertEquals(0, cluster.node(2).awaitEnd());
      assertServed(client, ids);
      assertEquals(
          "BAD_ARGUMENT",
          assertThrows(RefusedException.class, () -> client.leaveCluster("nobody:1")).code());
    }
  }

  private static Set<String> grpc(List<ClusterMember> members) {
    return members.stream().map(ClusterMember::getGrpc).collect(Collectors.toSet());
  }

  private static void assertServed(FleetClient client, List<String> ids) {
    for (var id : ids) {
      var answer = client.session(id).execute(List.of(read(FEDATA, 4)));
      assertEquals(7, answer.getReplies(0).getRegisterValue().getValue(), id);
    }
  }

  @Test
  @DisplayName("is told that a node of its own has nobody to hand over to")
  void alone(@TempDir Path data) {
    try (var fleet = TestNode.start(data)) {
      var status = fleet.client().clusterStatus();

      assertEquals(NodeState.NODE_STATE_SERVING, status.getState());
      assertEquals(1, status.getMembersCount());
      assertEquals(
          "UNSUPPORTED",
          assertThrows(RefusedException.class, () -> fleet.client().drainNode()).code());
    }
  }
}
