package dev.iommufleet.simulation.fleet;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A machine with one process after the other. */
final class Node {
  final int index;
  Region region;

  /** Of the process; goes up with each. */
  int life;

  private final Cluster cluster;
  private boolean up;
  private long pausedUntil;
  private long leaseUntil;
  private TreeMap<Integer, Shell> shells = new TreeMap<>();
  private BitSet hosted = new BitSet();

  /** Shards whose entities are about to stop, and who waits for it. */
  private Map<Integer, List<Runnable>> leaving = new HashMap<>();

  private final List<Shell> departing = new ArrayList<>();

  Node(Cluster cluster, int index) {
    this.cluster = cluster;
    this.index = index;
  }

  Agenda.Place place() {
    return new Agenda.Place(index, life);
  }

  boolean isUp() {
    return up;
  }

  long pausedUntil() {
    return pausedUntil;
  }

  // ---- life ---------------------------------------------------------------------------------

  void start() {
    life++;
    up = true;
    pausedUntil = 0;
    leaseUntil = 0;
    shells = new TreeMap<>();
    hosted = new BitSet();
    leaving = new HashMap<>();
    departing.clear();
    region = new Region(cluster, this);
    beat();
  }

  private void beat() {
    long sent = cluster.agenda.now();
    int mine = life;
    cluster.network.control(
        this, Agenda.Place.OUTSIDE, () -> cluster.coordinator.heard(this, mine, sent));
    cluster.agenda.quietly(
        sent + Timing.HEARTBEAT, place(), StateKey.of(index, life, 7), this::beatAgain);
  }

  private void beatAgain() {
    if (leaseUntil != 0 && !holdsLease()) {
      stepDown();
    } else {
      beat();
    }
  }

  /** The coordinator has answered the heartbeat that was sent then. */
  void leased(long sent, long version) {
    leaseUntil = Math.max(leaseUntil, sent + Timing.LEASE);
    region.version(version);
  }

  /** Whether what it believes to own is still its own, for all it can know. */
  boolean holdsLease() {
    return cluster.agenda.now() < leaseUntil;
  }

  /** It may have lost what it owned: the process ends, another one begins. */
  void stepDown() {
    if (up) {
      cluster.tell("node %d has lost its lease and starts again", index);
      crash(Timing.RESTART);
    }
  }

  void crash(long duration) {
    if (!up) {
      return;
    }
    up = false;
    life++;
    shells.values().forEach(Shell::stop);
    departing.forEach(Shell::stop);
    cluster.agenda.at(
        cluster.agenda.now() + duration,
        Agenda.Place.OUTSIDE,
        StateKey.of(index, life, 6),
        this::start,
        () -> "node %d starts".formatted(index));
  }

  void pause(long duration) {
    pausedUntil = Math.max(pausedUntil, cluster.agenda.now() + duration);
  }

  // ---- shards -------------------------------------------------------------------------------

  boolean hosts(int shard) {
    return hosted.get(shard);
  }

  /** Starts every entity of the shard that has a journal: it may owe something. */
  void host(int shard) {
    if (leaving.containsKey(shard)) {
      return; // Those that leave have to be gone first; whoever needs the shard asks again.
    }
    hosted.set(shard);
    int shards = cluster.config.shards();
    for (int entity = shard; entity < cluster.config.entities(); entity += shards) {
      if (!cluster.journal.of(entity).isEmpty()) {
        shell(entity);
      }
    }
  }

  void deliver(int entity, Message message) {
    shell(entity).receive(message);
  }

  /** The entity as it runs here; null: it does not, or is not ready. */
  Shell running(int entity) {
    Shell shell = shells.get(entity);
    return up && shell != null && shell.isRecovered() && !shell.isWriting() ? shell : null;
  }

  private Shell shell(int entity) {
    Shell shell = shells.get(entity);
    if (shell == null) {
      shell =
          cluster.config.isIommu(entity)
              ? new IommuShell(cluster, entity, this)
              : new DeviceShell(cluster, entity, this);
      shells.put(entity, shell);
      shell.recover();
    }
    return shell;
  }

  /** Stops the entities of a shard, each behind what it is writing; then says so. */
  void handOff(int shard, Runnable then) {
    hosted.clear(shard);
    var waiting = leaving.get(shard);
    if (waiting != null) {
      waiting.add(then);
      return;
    }
    leaving.put(shard, new ArrayList<>(List.of(then)));
    var all = shells.values().stream().filter(it -> isOf(it, shard)).toList();
    int[] left = {all.size() + 1};
    Runnable gone =
        () -> {
          if (--left[0] == 0) {
            leaving.remove(shard).forEach(Runnable::run);
          }
        };
    for (Shell shell : all) {
      shells.remove(shell.entity);
      departing.add(shell);
      shell.leave(gone);
    }
    gone.run();
  }

  private boolean isOf(Shell shell, int shard) {
    return cluster.config.shard(shell.entity) == shard;
  }
}
