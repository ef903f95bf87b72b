package dev.iommufleet.simulation.fleet;

import java.util.HashMap;
import java.util.Map;

/**
 * Messages between processes: in order between one instance of a sender and a receiver, at most
 * once but where a disturbance repeats them; late, lost and overtaking otherwise.
 */
final class Network {
  private static final int LOST_PERCENT = 25;
  private static final int TWICE_PERCENT = 25;

  /** Clients count as receivers behind all entities. */
  private static final int CLIENTS = 1 << 20;

  /** Nodes as parties of pairs of their own. */
  private static final int NODES = 1 << 21;

  private final Cluster cluster;
  private final Map<Long, long[]> counts = new HashMap<>();
  private final Map<Long, long[]> lastArrivals = new HashMap<>();
  private long messages;

  Network(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Messages that arrived. */
  long messages() {
    return messages;
  }

  // ---- between entities ---------------------------------------------------------------------

  /** By the region of the sender's node. */
  void toEntity(Shell sender, long instance, int receiver, Message message) {
    long pair = pair(sender.entity, receiver);
    long order = instance << 24 | receiver;
    sender.node.region.route(new Region.Envelope(receiver, message, pair, order, 0));
  }

  /** From one node to another, or to itself. */
  void carry(Node from, int to, Region.Envelope envelope) {
    Node target = cluster.nodes[to];
    long count = next(envelope.pair());
    if (isLost(from, target, envelope.pair(), count)) {
      return;
    }
    arrive(from, target, envelope, inOrder(envelope.order(), from, target, count));
    if (isTwice(from, target, envelope.pair(), count)) {
      long again = next(envelope.pair());
      arrive(from, target, envelope, inOrder(envelope.order(), from, target, again));
    }
  }

  private void arrive(Node from, Node target, Region.Envelope envelope, long time) {
    cluster.agenda.at(
        time,
        target.place(),
        StateKey.of(envelope.receiver(), envelope.pair(), from.index),
        () -> {
          messages++;
          target.region.arrived(envelope);
        },
        () -> Story.arrives(cluster, envelope.receiver(), envelope.message(), target));
  }

  private long inOrder(long order, Node from, Node target, long count) {
    long[] last = lastArrivals.computeIfAbsent(order, _ -> new long[1]);
    last[0] = Math.max(last[0] + 1, cluster.agenda.now() + latency(from, target, order, count));
    return last[0];
  }

  // ---- between nodes and the coordinator ----------------------------------------------------

  /** {@code at}: where {@code action} happens; a partition of the node loses it. */
  void control(Node node, Agenda.Place at, Runnable action) {
    long pair = pair(NODES + node.index, NODES);
    long count = next(pair);
    if (cluster.disturbed(Disturbance.Kind.PARTITION, node.index)) {
      return;
    }
    // One order for each node and direction.
    long order = (long) (NODES + node.index) << 24 | (at == Agenda.Place.OUTSIDE ? 0 : 1);
    long time = inOrder(order, node, node, count);
    cluster.agenda.quietly(time, at, StateKey.of(node.index, 9, at.node()), action);
  }

  // ---- clients ------------------------------------------------------------------------------

  void fromClient(Client client, Node gateway, int receiver, Message.Ask ask) {
    long pair = pair(CLIENTS + client.id, receiver);
    long count = next(pair);
    if (isLost(gateway, gateway, pair, count)) {
      return;
    }
    int copies = isTwice(gateway, gateway, pair, count) ? 2 : 1;
    for (int copy = 0; copy < copies; copy++) {
      long time = cluster.agenda.now() + latency(gateway, gateway, pair, count + copy * 7_919L);
      long order = (1L << 40) + next(pair(client.id, CLIENTS));
      var envelope = new Region.Envelope(receiver, ask, pair, order << 8, 0);
      cluster.agenda.at(
          time,
          gateway.place(),
          StateKey.of(client.id, ask.sequence(), receiver),
          () -> {
            messages++;
            gateway.region.route(envelope);
          },
          () -> null);
    }
  }

  /** From the entity's node through the gateway; a gateway that died has lost its clients. */
  void toClient(Shell sender, Message.Ask ask, Message.Answer answer) {
    back(
        sender,
        ask,
        StateKey.of(ask.client(), ask.sequence(), answer.number()),
        client -> {
          client.answered(answer);
        },
        () -> Story.answers(cluster, ask, answer));
  }

  void toWatcher(Shell sender, Message.Ask ask, Message.Output output) {
    back(
        sender,
        ask,
        StateKey.of(ask.client(), output.number(), 5),
        client -> {
          client.output(output);
        },
        () -> Story.interrupts(cluster, output));
  }

  private void back(
      Shell sender,
      Message.Ask ask,
      long key,
      java.util.function.Consumer<Client> action,
      java.util.function.Supplier<String> text) {
    Node gateway = cluster.nodes[ask.gateway().node()];
    long pair = pair(sender.entity, CLIENTS + ask.client());
    long count = next(pair);
    if (isLost(sender.node, gateway, pair, count)) {
      return;
    }
    long time = inOrder(pair, sender.node, gateway, count);
    cluster.agenda.at(
        time,
        ask.gateway(),
        key,
        () -> {
          messages++;
          action.accept(cluster.clients.get(ask.client()));
        },
        text);
  }

  // ---- chance -------------------------------------------------------------------------------

  private static long pair(int sender, int receiver) {
    return (long) sender << 32 | receiver;
  }

  private long next(long pair) {
    return counts.computeIfAbsent(pair, _ -> new long[1])[0]++;
  }

  private long latency(Node from, Node target, long pair, long count) {
    long usual =
        (long) Timing.LATENCY_MIN
            + cluster.dice.below(Timing.LATENCY_SPREAD, Dice.What.LATENCY, pair, count);
    if (cluster.dice.chance(Timing.DETOUR_PERCENT, Dice.What.DETOUR, pair, count)) {
      usual += Timing.DETOUR;
    }
    boolean slow = is(Disturbance.Kind.DELAY, from, target);
    return slow ? usual * Timing.SLOWER : usual;
  }

  private boolean is(Disturbance.Kind kind, Node from, Node target) {
    return cluster.disturbed(kind, from.index) || cluster.disturbed(kind, target.index);
  }

  private boolean isLost(Node from, Node target, long pair, long count) {
    boolean cut = from != target && is(Disturbance.Kind.PARTITION, from, target);
    return cut
        || is(Disturbance.Kind.LOSS, from, target)
            && cluster.dice.chance(LOST_PERCENT, Dice.What.LOST, pair, count);
  }

  private boolean isTwice(Node from, Node target, long pair, long count) {
    return is(Disturbance.Kind.DUPLICATES, from, target)
        && cluster.dice.chance(TWICE_PERCENT, Dice.What.DUPLICATED, pair, count);
  }
}
