package dev.iommufleet.node;

import akka.actor.Address;
import akka.actor.typed.javadsl.AskPattern;
import akka.cluster.Member;
import akka.cluster.sharding.ShardRegion.ClusterShardingStats;
import akka.cluster.sharding.ShardRegion.ShardRegionStats;
import akka.cluster.sharding.typed.GetClusterShardingStats;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import dev.iommufleet.actors.HostDeviceSharding;
import dev.iommufleet.actors.IommuSharding;
import dev.iommufleet.config.ClusterConfig;
import dev.iommufleet.config.Endpoint;
import dev.iommufleet.protocol.api.v1.ClusterMember;
import dev.iommufleet.protocol.api.v1.GetClusterStatusResponse;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.StreamSupport;

/** The cluster as one node sees it, with what its members run. */
final class MemberList {
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final Life life;

  MemberList(Life life) {
    this.life = life;
  }

  CompletionStage<GetClusterStatusResponse.Builder> status() {
    var settings = life.settings().cluster();
    var status =
        GetClusterStatusResponse.newBuilder()
            .setNode(life.grpc())
            .setState(life.state())
            .setOwnershipCertain(life.isCertain())
            .setOwnershipSinceUnixNanos(life.certainSinceUnixNanos())
            .setMemberSinceUnixNanos(life.upSinceUnixNanos())
            .setMajority(settings.several() ? settings.majority() : 1);
    settings.seeds().stream().map(Endpoint::toString).forEach(status::addSeeds);
    if (life.upSinceUnixNanos() == 0) {
      return CompletableFuture.completedStage(add(status, Map.of(), Map.of()));
    }
    return stats(IommuSharding.KEY)
        .thenCombine(
            stats(HostDeviceSharding.KEY), (iommus, devices) -> add(status, iommus, devices));
  }

  private CompletionStage<Map<Address, ShardRegionStats>> stats(EntityTypeKey<?> key) {
    var system = life.system();
    return AskPattern.<akka.cluster.sharding.typed.ClusterShardingQuery, ClusterShardingStats>ask(
            ClusterSharding.get(system).shardState(),
            replyTo -> new GetClusterShardingStats(key, PATIENCE, replyTo),
            PATIENCE.plusSeconds(1),
            system.scheduler())
        .handle((stats, failure) -> failure == null ? stats.getRegions() : Map.of());
  }

  private GetClusterStatusResponse.Builder add(
      GetClusterStatusResponse.Builder status,
      Map<Address, ShardRegionStats> iommus,
      Map<Address, ShardRegionStats> devices) {
    var state = life.cluster().state();
    StreamSupport.stream(state.getMembers().spliterator(), false)
        .sorted(Comparator.comparing(member -> member.address().toString()))
        .forEach(
            member -> {
              var address = member.address();
              var row = row(member);
              row.setReachable(!state.getUnreachable().contains(member))
                  .setLeader(address.equals(state.getLeader()));
              if (iommus.containsKey(address) || devices.containsKey(address)) {
                row.setShards(shards(iommus.get(address)) + shards(devices.get(address)))
                    .setIommus(entities(iommus.get(address)))
                    .setHostDevices(entities(devices.get(address)));
              }
              status.addMembers(row);
            });
    return status;
  }

  private ClusterMember.Builder row(Member member) {
    long uid = member.uniqueAddress().longUid();
    return ClusterMember.newBuilder()
        .setAddress(member.address().toString())
        .setStatus(member.status().toString())
        .setVoter(member.hasRole(ClusterConfig.VOTER) || !life.settings().cluster().several())
        .setGrpc(life.grpcOf(uid));
  }

  private static int shards(ShardRegionStats stats) {
    return stats == null ? 0 : stats.getStats().size();
  }

  private static int entities(ShardRegionStats stats) {
    return stats == null
        ? 0
        : stats.getStats().values().stream().mapToInt(it -> (Integer) it).sum();
  }
}
