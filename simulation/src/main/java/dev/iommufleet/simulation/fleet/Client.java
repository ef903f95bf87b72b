package dev.iommufleet.simulation.fleet;

import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * A session of somebody outside: one request at a time, the same id again until it is answered,
 * through any node.
 */
final class Client {
  final int id;
  private final Cluster cluster;
  private final int entity;
  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
  private Consumer<Message.Output> outputs = _ -> {};
  private Waiting current;
  private long sequence;
  private int attempts;

  private record Waiting(Message.Request request, Consumer<Message.Answer> then) {}

  Client(Cluster cluster, int id, int entity) {
    this.cluster = cluster;
    this.id = id;
    this.entity = entity;
  }

  void onOutput(Consumer<Message.Output> handler) {
    outputs = handler;
  }

  boolean isIdle() {
    return current == null;
  }

  void ask(Message.Request request, Consumer<Message.Answer> then) {
    queue.add(new Waiting(request, then));
    if (current == null) {
      next();
    }
  }

  private void next() {
    current = queue.poll();
    if (current != null) {
      sequence++;
      attempts = 0;
      send();
    }
  }

  private void send() {
    long mine = sequence;
    int attempt = attempts++;
    Node gateway = gateway(attempt);
    if (gateway != null) {
      var ask = new Message.Ask(new Message.Id(id, sequence), current.request(), gateway.place());
      cluster.see(new Seen.Asked(entity, ask.id()));
      cluster.network.fromClient(this, gateway, entity, ask);
    }
    long waits =
        Math.min((long) Timing.CLIENT_WAITS << Math.min(attempt, 4), Timing.CLIENT_WAITS_MAX);
    cluster.agenda.quietly(
        cluster.agenda.now() + waits,
        Agenda.Place.OUTSIDE,
        StateKey.of(id, mine, 12),
        () -> {
          if (current != null && sequence == mine && attempts == attempt + 1) {
            send();
          }
        });
  }

  /** Another one at each attempt; null: none can be reached. */
  private Node gateway(int attempt) {
    int nodes = cluster.nodes.length;
    int first = cluster.dice.below(nodes, Dice.What.GATEWAY, id, sequence >> 4);
    for (int i = 0; i < nodes; i++) {
      Node node = cluster.nodes[(first + attempt + i) % nodes];
      if (node.isUp()) {
        return node;
      }
    }
    return null;
  }

  void answered(Message.Answer answer) {
    var mine = new Message.Id(id, sequence);
    boolean wanted = current != null && answer.id().equals(mine);
    cluster.see(new Seen.Got(answer, wanted));
    if (!wanted) {
      return;
    }
    if (answer.isRefused()) {
      return; // Said to be safe to repeat: the timer does.
    }
    var then = current.then();
    current = null;
    attempts = 0;
    then.accept(answer);
    if (current == null) {
      next();
    }
  }

  void output(Message.Output output) {
    outputs.accept(output);
  }
}
