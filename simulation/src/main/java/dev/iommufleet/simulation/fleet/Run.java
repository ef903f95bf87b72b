package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.StateHash;
import dev.iommufleet.simulation.Plain;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** One run: disturbed for a while, then left alone until nobody owes anything. */
final class Run {
  private static final long TAG = 72;
  private static final long TOLD_EVERY = 250_000;

  private final FleetConfig config;
  private final long seed;
  private final Cluster cluster;
  private final Checkers checkers;
  private final List<Action> actions = new ArrayList<>();
  private final List<Disturbance> disturbances = new ArrayList<>();
  private long until;
  private long lastBusy;

  Run(FleetConfig config, long seed) {
    this.config = config;
    this.seed = seed;
    checkers = new Checkers(config);
    cluster = new Cluster(config, seed, checkers::see);
    cluster.start();
  }

  Cluster cluster() {
    return cluster;
  }

  Checkers checkers() {
    return checkers;
  }

  /** As the seed has it, for so many steps. */
  void chance(long steps, LongConsumer progress) {
    var upcoming = new Upcoming(config, seed);
    while (cluster.steps() < steps && !isBroken()) {
      begin(upcoming, Long.MAX_VALUE);
      cluster.step();
      if (cluster.steps() % TOLD_EVERY == 0) {
        progress.accept(cluster.steps());
      }
    }
    until = cluster.agenda.now();
    // Everything of this very moment belongs to it, so that the time alone says where it ends.
    while (!isBroken() && (begin(upcoming, until) || cluster.agenda.nextTime() <= until)) {
      cluster.step();
    }
  }

  /** Puts down what begins next, if it is the next thing at all, and not behind {@code latest}. */
  private boolean begin(Upcoming upcoming, long latest) {
    if (upcoming.time() > Math.min(cluster.agenda.nextTime(), latest)) {
      return false;
    }
    upcoming.take(
        action -> {
          actions.add(action);
          cluster.guests.get(action.guest()).plan(action);
        },
        it -> {
          disturbances.add(it);
          cluster.disturb(it);
        });
    return true;
  }

  /** As written. */
  void follow(FleetSchedule schedule) {
    actions.addAll(schedule.actions);
    disturbances.addAll(schedule.disturbances);
    actions.forEach(it -> cluster.guests.get(it.guest()).plan(it));
    disturbances.forEach(cluster::disturb);
    until = schedule.until();
    while (cluster.agenda.nextTime() <= until && !isBroken() && cluster.step()) {}
  }

  boolean isBroken() {
    return checkers.violation() != null;
  }

  /** Nothing is disturbed any more. Ends when nobody waits for anything. */
  void settle() {
    long latest = Math.max(until, cluster.agenda.now()) + Timing.QUIESCENCE;
    lastBusy = cluster.agenda.now();
    while (!isBroken() && cluster.step() && cluster.agenda.now() < latest && !isQuiet()) {}
    if (!isBroken()) {
      cluster.see(new Seen.Ended(busy()));
    }
    if (!isBroken()) {
      replayJournals();
    }
  }

  private boolean isQuiet() {
    if (!checkers.isQuiet() || !busy().isEmpty()) {
      lastBusy = cluster.agenda.now();
    }
    return cluster.agenda.now() - lastBusy > Timing.QUIET;
  }

  private List<Integer> busy() {
    var busy = new ArrayList<Integer>(0);
    for (Guest guest : cluster.guests) {
      if (guest.isBusy()) {
        busy.add(guest.number);
      }
    }
    return busy;
  }

  private void replayJournals() {
    for (int entity = 0; entity < config.entities(); entity++) {
      var entries = cluster.journal.of(entity);
      if (entries.isEmpty()) {
        continue;
      }
      Node node = cluster.nodes[0];
      Shell fresh =
          config.isIommu(entity)
              ? new IommuShell(cluster, entity, node)
              : new DeviceShell(cluster, entity, node);
      fresh.begin();
      entries.forEach(fresh::replay);
      long once = fresh.stateHash();
      fresh.replay(entries.getLast());
      cluster.see(new Seen.Replayed(entity, fresh.number, once, fresh.stateHash(), live(entity)));
    }
  }

  /** Hash of what runs; 0: nothing does. */
  private long live(int entity) {
    for (Node node : cluster.nodes) {
      Shell shell = node.running(entity);
      if (shell != null && cluster.owns(node, entity)) {
        return shell.stateHash();
      }
    }
    return 0;
  }

  /** {@code failure}: what broke down on the way; empty: nothing. */
  FleetRun.Result result(String failure) {
    String violation = checkers.violation() == null ? failure : checkers.violation();
    return new FleetRun.Result(
        seed,
        cluster.steps(),
        cluster.network.messages(),
        checkers.entries(),
        cluster.crashes(),
        cluster.agenda.now(),
        Plain.of(violation),
        hash(),
        new FleetSchedule(config, seed, actions, disturbances),
        checkers.coverage().counts(),
        cluster.transitions);
  }

  /** Of all that happened, and of every journal's end. */
  long hash() {
    long hash = cluster.hash();
    for (int entity = 0; entity < config.entities(); entity++) {
      var entries = cluster.journal.of(entity);
      if (!entries.isEmpty()) {
        Entry last = entries.getLast();
        hash = StateHash.mix(TAG, hash ^ last.number(), last.stateHash());
      }
    }
    return hash;
  }
}
