package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.Guard;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Decides which node has which shard, and which nodes are dead. Never fails itself. */
final class Coordinator {
  private static final int NOBODY = -1;

  private final Cluster cluster;
  private final int[] home;
  private final int[] lifeAtHome;
  private final boolean[] moving;
  private final long[] moves;
  private final boolean[] alive;
  private final int[] life;
  private final long[] lastHeard;
  private final List<List<Node>> askers = new ArrayList<>();
  private long version;

  Coordinator(Cluster cluster) {
    this.cluster = cluster;
    int shards = cluster.config.shards();
    int nodes = cluster.config.nodes();
    home = new int[shards];
    Arrays.fill(home, NOBODY);
    lifeAtHome = new int[shards];
    moving = new boolean[shards];
    moves = new long[shards];
    alive = new boolean[nodes];
    life = new int[nodes];
    lastHeard = new long[nodes];
    for (int i = 0; i < shards; i++) {
      askers.add(new ArrayList<>(0));
    }
  }

  void start() {
    cluster.agenda.quietly(
        cluster.agenda.now() + Timing.HEARTBEAT,
        Agenda.Place.OUTSIDE,
        StateKey.of(0, 0, 10),
        () -> {
          lookForDead();
          start();
        });
  }

  /** The truth, which nobody in the fleet knows for sure. */
  boolean owns(Node node, int shard) {
    return home[shard] == node.index
        && alive[node.index]
        && life[node.index] == node.life
        && lifeAtHome[shard] == node.life;
  }

  // ---- nodes --------------------------------------------------------------------------------

  void heard(Node node, int itsLife, long sent) {
    int index = node.index;
    if (itsLife > life[index]) {
      dead(index); // A new process: the one before is gone.
      alive[index] = true;
      life[index] = itsLife;
      lastHeard[index] = cluster.agenda.now();
      adopt();
    }
    if (!alive[index] || itsLife != life[index]) {
      return; // Whom others believe dead never comes back; a new process does.
    }
    lastHeard[index] = cluster.agenda.now();
    cluster.network.control(
        node, new Agenda.Place(index, itsLife), () -> node.leased(sent, version));
  }

  /** Whoever owes something is awake: shards that nobody has wait for the first node. */
  private void adopt() {
    for (int shard = 0; shard < home.length; shard++) {
      if (home[shard] == NOBODY && !moving[shard]) {
        allocate(shard, NOBODY);
      }
    }
  }

  private void lookForDead() {
    for (int i = 0; i < alive.length; i++) {
      if (alive[i] && isSilent(i)) {
        cluster.tell("node %d is taken for dead", i);
        dead(i);
      }
    }
  }

  /** A node is dead only when its lease is over for sure. */
  @Guard(value = "fleet-dead-only-behind-lease", without = "true")
  boolean isSilent(int node) {
    return cluster.agenda.now() - lastHeard[node] > Timing.DEAD;
  }

  private void dead(int node) {
    if (!alive[node]) {
      return;
    }
    alive[node] = false;
    version++;
    for (int shard = 0; shard < home.length; shard++) {
      if (home[shard] == node) {
        home[shard] = NOBODY;
        moving[shard] = false;
        allocate(shard, NOBODY);
      }
    }
  }

  // ---- shards -------------------------------------------------------------------------------

  void whereIs(int shard, Node asker, int itsLife) {
    if (!alive[asker.index] || life[asker.index] != itsLife) {
      return;
    }
    if (home[shard] == NOBODY && !moving[shard]) {
      allocate(shard, NOBODY);
    }
    if (moving[shard] || home[shard] == NOBODY) {
      askers.get(shard).add(asker);
    } else {
      say(asker, shard);
    }
  }

  private void say(Node to, int shard) {
    int where = home[shard];
    cluster.network.control(
        to, new Agenda.Place(to.index, life[to.index]), () -> to.region.isAt(shard, where));
  }

  /** To the node that has fewest; the host is told, and whoever asked. */
  private void allocate(int shard, int not) {
    int best = NOBODY;
    for (int i = 0; i < alive.length; i++) {
      boolean candidate = alive[i] && (i != not || alone(i));
      if (candidate && (best == NOBODY || load(i) < load(best))) {
        best = i;
      }
    }
    if (best == NOBODY) {
      return;
    }
    home[shard] = best;
    lifeAtHome[shard] = life[best];
    version++;
    say(cluster.nodes[best], shard);
    askers.get(shard).forEach(asker -> say(asker, shard));
    askers.get(shard).clear();
  }

  private boolean alone(int node) {
    for (int i = 0; i < alive.length; i++) {
      if (alive[i] && i != node) {
        return false;
      }
    }
    return true;
  }

  private long load(int node) {
    return Arrays.stream(home).filter(it -> it == node).count();
  }

  // ---- moves --------------------------------------------------------------------------------

  /** A node leaves in order. */
  void leave(int node) {
    for (int shard = 0; shard < home.length; shard++) {
      if (home[shard] == node) {
        move(shard);
      }
    }
  }

  void move(int shard) {
    if (home[shard] == NOBODY || moving[shard]) {
      return;
    }
    moving[shard] = true;
    long mine = ++moves[shard];
    version++;
    Node from = cluster.nodes[home[shard]];
    var at = new Agenda.Place(from.index, life[from.index]);
    for (Node node : cluster.nodes) {
      if (alive[node.index]) {
        cluster.network.control(
            node, new Agenda.Place(node.index, life[node.index]), () -> node.region.moves(shard));
      }
    }
    cluster.network.control(
        from,
        at,
        () ->
            from.handOff(
                shard,
                () ->
                    cluster.network.control(
                        from, Agenda.Place.OUTSIDE, () -> left(shard, from, at.life(), mine))));
    cluster.agenda.quietly(
        cluster.agenda.now() + Timing.HANDOFF,
        Agenda.Place.OUTSIDE,
        StateKey.of(shard, mine, 11),
        () -> giveUp(shard, mine));
  }

  private void left(int shard, Node from, int itsLife, long move) {
    boolean still =
        moves[shard] == move && home[shard] == from.index && lifeAtHome[shard] == itsLife;
    if (still) {
      moving[shard] = false;
      home[shard] = NOBODY;
      allocate(shard, from.index);
    }
  }

  /** The host did not say that it has stopped: the shard stays where it is. */
  private void giveUp(int shard, long move) {
    if (moving[shard] && moves[shard] == move) {
      moving[shard] = false;
      moves[shard]++;
      if (home[shard] != NOBODY) {
        say(cluster.nodes[home[shard]], shard);
      }
      askers.get(shard).forEach(asker -> say(asker, shard));
      askers.get(shard).clear();
    }
  }
}
