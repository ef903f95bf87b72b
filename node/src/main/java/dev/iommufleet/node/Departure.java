package dev.iommufleet.node;

import akka.cluster.sharding.ClusterSharding;
import akka.cluster.sharding.ShardRegion;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.cluster.typed.Leave;
import akka.pattern.Patterns;
import dev.iommufleet.actors.HostDeviceSharding;
import dev.iommufleet.actors.IommuSharding;
import dev.iommufleet.actors.RefusedException;
import dev.iommufleet.protocol.api.v1.RefusalCode;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** How a member gives up its work, or its membership, because somebody asks. */
record Departure(Life life) {

  /**
   * Lets a member leave: it answers, hands over, and its process ends.
   *
   * @param member its address or gRPC server; empty: this node
   * @return its address
   * @throws RefusedException BAD_ARGUMENT
   */
  String leave(String member) {
    var self = life.cluster().selfMember();
    for (var it : life.cluster().state().getMembers()) {
      var address = it.address().toString();
      boolean meant =
          member.equals(address) || member.equals(life.grpcOf(it.uniqueAddress().longUid()));
      if (it.uniqueAddress().equals(self.uniqueAddress()) && (meant || member.isEmpty())) {
        life.leave();
        return address;
      }
      if (meant) {
        life.cluster().manager().tell(Leave.create(it.address()));
        return address;
      }
    }
    throw new RefusedException(
        RefusalCode.REFUSAL_CODE_BAD_ARGUMENT,
        "'%s' is no member's address and no member's gRPC server; 'cluster status' lists them"
            .formatted(member));
  }

  /**
   * Takes no more requests, gives the shards away, and stays a member.
   *
   * @return this node's address, once it has no shards
   */
  CompletionStage<String> drain() {
    return life.drainForGood()
        .thenCompose(_ -> life.handOver())
        .thenCompose(_ -> stopRegion(IommuSharding.KEY))
        .thenCompose(_ -> stopRegion(HostDeviceSharding.KEY))
        .thenApply(_ -> drained())
        .exceptionallyCompose(
            _ -> CompletableFuture.failedStage(new RefusedException(Errors.notDrained())));
  }

  private String drained() {
    life.handedOver();
    return life.cluster().selfMember().address().toString();
  }

  private CompletionStage<Boolean> stopRegion(EntityTypeKey<?> key) {
    return Patterns.gracefulStop(
        ClusterSharding.get(life.system().classicSystem()).shardRegion(key.name()),
        Duration.ofMillis(life.settings().cluster().handOverMillis()),
        ShardRegion.gracefulShutdownInstance());
  }
}
