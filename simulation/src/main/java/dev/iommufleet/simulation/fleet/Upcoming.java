package dev.iommufleet.simulation.fleet;

import java.util.function.Consumer;

/** What a seed has in store next. */
final class Upcoming {
  private final Chances chances;
  private final Action[] actions;
  private Disturbance disturbance;
  private int disturbances;
  private int first;

  Upcoming(FleetConfig config, long seed) {
    chances = new Chances(config, seed);
    actions = new Action[config.iommus()];
    for (int guest = 0; guest < actions.length; guest++) {
      actions[guest] = chances.action(guest, 0, 0);
    }
    disturbance = chances.disturbance(0, 0);
    choose();
  }

  private void choose() {
    first = 0;
    for (int guest = 1; guest < actions.length; guest++) {
      if (actions[guest].time() < actions[first].time()) {
        first = guest;
      }
    }
  }

  /** Of what begins next; microseconds. */
  long time() {
    return Math.min(actions[first].time(), disturbance.time());
  }

  /** Gives what begins next to one of the two. */
  void take(Consumer<Action> action, Consumer<Disturbance> other) {
    if (actions[first].time() <= disturbance.time()) {
      Action taken = actions[first];
      actions[first] = chances.action(first, taken.number() + 1, taken.time());
      choose();
      action.accept(taken);
    } else {
      Disturbance taken = disturbance;
      disturbance = chances.disturbance(++disturbances, taken.time());
      other.accept(taken);
    }
  }
}
