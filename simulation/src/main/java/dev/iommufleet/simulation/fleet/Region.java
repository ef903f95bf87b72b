package dev.iommufleet.simulation.fleet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A node's end of sharding: where entities are, and messages that wait to know it. */
final class Region {
  private static final int BUFFER = 256;
  private static final int MOST_HOPS = 4;
  private static final int UNKNOWN = -1;

  private final Cluster cluster;
  private final Node node;
  private final int[] homes;
  private final List<List<Envelope>> buffers = new ArrayList<>();
  private final boolean[] asks;
  private long version = -1;

  /**
   * @param pair sender and receiver, for chance
   * @param order messages of one order arrive in it
   */
  record Envelope(int receiver, Message message, long pair, long order, int hops) {
    Envelope onward() {
      return new Envelope(receiver, message, pair, order, hops + 1);
    }
  }

  Region(Cluster cluster, Node node) {
    this.cluster = cluster;
    this.node = node;
    int shards = cluster.config.shards();
    homes = new int[shards];
    asks = new boolean[shards];
    Arrays.fill(homes, UNKNOWN);
    for (int i = 0; i < shards; i++) {
      buffers.add(new ArrayList<>(0));
    }
  }

  /** On its way to wherever the entity is. */
  void route(Envelope envelope) {
    int shard = cluster.config.shard(envelope.receiver());
    if (homes[shard] == node.index && node.hosts(shard)
        || homes[shard] >= 0 && homes[shard] != node.index) {
      cluster.network.carry(node, homes[shard], envelope);
    } else {
      buffer(shard, envelope);
    }
  }

  /** It came over the network; it may have gone astray. */
  void arrived(Envelope envelope) {
    int shard = cluster.config.shard(envelope.receiver());
    if (node.hosts(shard)) {
      node.deliver(envelope.receiver(), envelope.message());
    } else if (envelope.hops() < MOST_HOPS) {
      if (homes[shard] == node.index) {
        homes[shard] = UNKNOWN;
      }
      route(envelope.onward());
    }
  }

  private void buffer(int shard, Envelope envelope) {
    var waiting = buffers.get(shard);
    if (waiting.size() < BUFFER) {
      waiting.add(envelope);
    }
    ask(shard);
  }

  private void ask(int shard) {
    if (asks[shard]) {
      return;
    }
    asks[shard] = true;
    cluster.network.control(
        node, Agenda.Place.OUTSIDE, () -> cluster.coordinator.whereIs(shard, node, node.life));
    cluster.agenda.quietly(
        cluster.agenda.now() + Timing.QUERY_AGAIN,
        node.place(),
        StateKey.of(node.index, shard, 8),
        () -> {
          asks[shard] = false;
          if (!buffers.get(shard).isEmpty() && homes[shard] == UNKNOWN) {
            ask(shard);
          }
        });
  }

  /** The coordinator says where a shard is. */
  void isAt(int shard, int home) {
    if (home == node.index && !node.hosts(shard)) {
      node.host(shard);
    }
    homes[shard] = home;
    var waiting = List.copyOf(buffers.get(shard));
    buffers.get(shard).clear();
    waiting.forEach(this::route);
  }

  /** A shard moves: what is for it waits. */
  void moves(int shard) {
    homes[shard] = UNKNOWN;
  }

  /** What is known may be old when the coordinator has decided anew since. */
  void version(long newVersion) {
    if (version != newVersion) {
      version = newVersion;
      Arrays.fill(homes, UNKNOWN);
    }
  }
}
