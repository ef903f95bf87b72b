package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.StateHash;
import dev.iommufleet.simulation.Transitions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Everything that there is in a run. */
final class Cluster {
  private static final long TAG = 71;

  final FleetConfig config;
  final Dice dice;
  final Agenda agenda = new Agenda();
  final Network network;
  final Journal journal;
  final Coordinator coordinator;
  final Node[] nodes;
  final List<Client> clients = new ArrayList<>();
  final List<Guest> guests = new ArrayList<>();

  /** Which events the machines met in which states. */
  final Transitions transitions = new Transitions();

  private final Consumer<Seen> observer;
  private final int[][] active;
  private Consumer<String> story;
  private long instances;
  private long steps;
  private long crashes;
  private long hash = 1;

  Cluster(FleetConfig config, long seed, Consumer<Seen> observer) {
    this.config = config;
    this.observer = observer;
    dice = new Dice(seed);
    network = new Network(this);
    journal = new Journal(this, config.entities());
    coordinator = new Coordinator(this);
    int targets = Math.max(config.entities(), Math.max(config.nodes(), config.shards()));
    active = new int[Disturbance.Kind.values().length][targets];
    nodes = new Node[config.nodes()];
    for (int i = 0; i < nodes.length; i++) {
      nodes[i] = new Node(this, i);
    }
    for (int g = 0; g < config.iommus(); g++) {
      guests.add(new Guest(this, g));
    }
  }

  void start() {
    for (Node node : nodes) {
      node.start();
    }
    coordinator.start();
  }

  // ---- time ---------------------------------------------------------------------------------

  /** Handles what comes next; false: nothing does. */
  boolean step() {
    Agenda.Event event = agenda.next();
    if (event == null) {
      return false;
    }
    var place = event.place();
    if (place.node() >= 0) {
      if (!lives(place)) {
        return true;
      }
      if (nodes[place.node()].pausedUntil() > agenda.now()) {
        agenda.again(event, nodes[place.node()].pausedUntil());
        return true;
      }
    }
    steps++;
    hash = StateHash.mix(TAG, hash ^ event.time(), event.key());
    if (story != null) {
      String line = event.text().get();
      if (line != null) {
        tell("%s", line);
      }
    }
    event.action().run();
    return true;
  }

  boolean lives(Agenda.Place place) {
    return place.node() < 0
        || nodes[place.node()].isUp() && nodes[place.node()].life == place.life();
  }

  long steps() {
    return steps;
  }

  long crashes() {
    return crashes;
  }

  long hash() {
    return hash;
  }

  long nextInstance() {
    return ++instances;
  }

  // ---- disturbances -------------------------------------------------------------------------

  boolean disturbed(Disturbance.Kind kind, int target) {
    return active[kind.ordinal()][target] > 0;
  }

  void disturb(Disturbance it) {
    agenda.planned(
        it.time(),
        1L << 58 | (long) it.kind().ordinal() << 32 | it.target(),
        StateKey.of(it.kind().ordinal(), it.target(), it.duration()),
        () -> begin(it),
        () -> Story.disturbance(this, it));
  }

  private void begin(Disturbance it) {
    switch (it.kind()) {
      case CRASH -> {
        crashes++;
        nodes[it.target()].crash(it.duration());
      }
      case PAUSE -> nodes[it.target()].pause(it.duration());
      case LEAVE -> coordinator.leave(it.target());
      case MOVE -> coordinator.move(it.target());
      case PARTITION, LOSS, DUPLICATES, DELAY, SLOW_JOURNAL, FAILING_JOURNAL -> {
        active[it.kind().ordinal()][it.target()]++;
        agenda.quietly(
            agenda.now() + it.duration(),
            Agenda.Place.OUTSIDE,
            StateKey.of(it.kind().ordinal(), it.target(), 13),
            () -> active[it.kind().ordinal()][it.target()]--);
      }
    }
  }

  // ---- parties ------------------------------------------------------------------------------

  Client client(int entity) {
    var client = new Client(this, clients.size(), entity);
    clients.add(client);
    return client;
  }

  String name(int entity) {
    return config.name(entity);
  }

  int iommu(String name) {
    return Integer.parseInt(name.substring(1));
  }

  boolean owns(Node node, int entity) {
    return coordinator.owns(node, config.shard(entity));
  }

  // ---- observers ----------------------------------------------------------------------------

  void see(Seen seen) {
    observer.accept(seen);
  }

  /** Lines for people go there from now on. */
  void tellTo(Consumer<String> listener) {
    story = listener;
  }

  void tell(String format, Object... arguments) {
    if (story != null) {
      story.accept("%10.3f ms  %s".formatted(agenda.now() / 1000.0, format.formatted(arguments)));
    }
  }
}
