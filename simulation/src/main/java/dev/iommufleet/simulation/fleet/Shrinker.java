package dev.iommufleet.simulation.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Makes a failing schedule small: whole guests go first, then parts of what is left, then nodes,
 * IOMMUs and durations. Bounded by the events that it may handle, so the result is the same on
 * every machine.
 */
final class Shrinker {
  private static final long MOST_STEPS = 12_000_000;

  private final Predicate<FleetSchedule> fails;
  private long steps;

  /** {@code invariant} is to break, whichever way. */
  Shrinker(String invariant) {
    this.fails =
        schedule -> {
          var result = FleetRun.replay(schedule);
          steps += result.steps();
          return result.invariant().equals(invariant);
        };
  }

  /** As if a schedule failed whenever {@code fails} says so. */
  Shrinker(Predicate<FleetSchedule> fails) {
    this.fails = fails;
  }

  FleetSchedule shrink(FleetSchedule schedule) {
    var smallest = guests(schedule);
    int before;
    do {
      before = smallest.size();
      smallest = parts(smallest);
    } while (smallest.size() < before);
    return sizes(durations(smallest));
  }

  private boolean stillFails(FleetSchedule schedule) {
    return steps < MOST_STEPS && fails.test(schedule);
  }

  private static FleetSchedule with(FleetSchedule of, List<Object> items) {
    var actions = new ArrayList<Action>();
    var disturbances = new ArrayList<Disturbance>();
    for (Object item : items) {
      if (item instanceof Action action) {
        actions.add(action);
      } else {
        disturbances.add((Disturbance) item);
      }
    }
    return new FleetSchedule(of.config, of.seed, actions, disturbances);
  }

  private static List<Object> items(FleetSchedule of) {
    var items = new ArrayList<Object>(of.disturbances);
    items.addAll(of.actions);
    return items;
  }

  // ---- guests -------------------------------------------------------------------------------

  /** Half of the guests, or else the other half, and so on. */
  private FleetSchedule guests(FleetSchedule schedule) {
    var smallest = schedule;
    for (int size = Math.max(1, schedule.config.iommus() / 2); size >= 1; size /= 2) {
      for (int from = 0; from < schedule.config.iommus(); from += size) {
        int first = from;
        int last = from + size - 1;
        var items = items(smallest);
        items.removeIf(it -> it instanceof Action a && a.guest() >= first && a.guest() <= last);
        var candidate = with(smallest, items);
        if (candidate.size() < smallest.size() && stillFails(candidate)) {
          smallest = candidate;
        }
      }
    }
    return smallest;
  }

  // ---- parts --------------------------------------------------------------------------------

  /** Delta debugging: ever smaller parts are left out. */
  private FleetSchedule parts(FleetSchedule schedule) {
    var smallest = schedule;
    for (int size = Math.max(1, smallest.size() / 2); size >= 1; size /= 2) {
      // From the end, since what comes late is rarely the cause.
      for (int to = smallest.size(); to > 0; to -= size) {
        var items = items(smallest);
        items.subList(Math.max(0, to - size), Math.min(to, items.size())).clear();
        var candidate = with(smallest, items);
        if (candidate.size() < smallest.size() && stillFails(candidate)) {
          smallest = candidate;
        }
      }
    }
    return smallest;
  }

  // ---- sizes --------------------------------------------------------------------------------

  private FleetSchedule durations(FleetSchedule schedule) {
    var smallest = schedule;
    for (int i = 0; i < smallest.disturbances.size(); i++) {
      Disturbance it = smallest.disturbances.get(i);
      var shorter = new ArrayList<>(smallest.disturbances);
      shorter.set(i, new Disturbance(it.time(), it.kind(), it.target(), it.duration() / 2));
      var candidate = new FleetSchedule(smallest.config, smallest.seed, smallest.actions, shorter);
      if (it.duration() > Timing.MILLI && stillFails(candidate)) {
        smallest = candidate;
        i--;
      }
    }
    return smallest;
  }

  private FleetSchedule sizes(FleetSchedule schedule) {
    var smallest = schedule;
    for (int nodes = 1; nodes < smallest.config.nodes(); nodes++) {
      smallest = resized(smallest, nodes, smallest.config.iommus());
    }
    int used = smallest.actions.stream().mapToInt(Action::guest).max().orElse(0) + 1;
    return used < smallest.config.iommus()
        ? resized(smallest, smallest.config.nodes(), used)
        : smallest;
  }

  /** The same if the smaller fleet does not fail, or has no place for what is disturbed. */
  private FleetSchedule resized(FleetSchedule schedule, int nodes, int iommus) {
    var config = new FleetConfig(nodes, iommus, schedule.config.devices());
    for (Disturbance it : schedule.disturbances) {
      int most =
          switch (it.kind().of) {
            case NODE -> nodes;
            case ENTITY -> 0; // Entities are numbered anew.
            case SHARD -> config.shards();
          };
      if (it.target() >= most) {
        return schedule;
      }
    }
    var candidate =
        new FleetSchedule(config, schedule.seed, schedule.actions, schedule.disturbances);
    return stillFails(candidate) ? candidate : schedule;
  }
}
