package dev.iommufleet.simulation.fleet;

import java.util.List;

/** What a seed has in store: actions and disturbances, each a function of the seed alone. */
final class Chances {
  /** Actions that each device begins with. */
  private static final int FIRST = 3;

  private static final int INTRUDERS = 30;
  private static final long BEGIN = 2L * Timing.MILLI;
  private static final int ACTION_GAP = 3 * Timing.MILLI;
  private static final int DISTURBANCE_GAP = 12 * Timing.MILLI;

  /** How often a kind of action comes, of 100. */
  private record Weight(Action.Kind kind, int percent) {}

  private static final List<Weight> WEIGHTS =
      List.of(
          new Weight(Action.Kind.BIND, 12),
          new Weight(Action.Kind.UNBIND, 5),
          new Weight(Action.Kind.MAP, 14),
          new Weight(Action.Kind.UNMAP, 15),
          new Weight(Action.Kind.DMA, 14),
          new Weight(Action.Kind.DMA_ATS, 9),
          new Weight(Action.Kind.DMA_SVA, 9),
          new Weight(Action.Kind.ATTACH, 6),
          new Weight(Action.Kind.DETACH, 2),
          new Weight(Action.Kind.REMOVE, 2),
          new Weight(Action.Kind.INTRUDE, 2),
          new Weight(Action.Kind.FLR, 2),
          new Weight(Action.Kind.RESET, 1),
          new Weight(Action.Kind.MUTE, 2),
          new Weight(Action.Kind.LATE, 2),
          new Weight(Action.Kind.DRAIN, 1),
          new Weight(Action.Kind.DEAF, 1),
          new Weight(Action.Kind.STORM, 1));

  private final FleetConfig config;
  private final Dice dice;

  Chances(FleetConfig config, long seed) {
    this.config = config;
    this.dice = new Dice(seed);
  }

  private int below(int limit, Dice.What what, long whose, long count, int field) {
    return dice.below(limit, what, whose * 16 + field, count);
  }

  // ---- actions ------------------------------------------------------------------------------

  /** Action {@code number} of a guest; {@code before}: the time of the one before it. */
  Action action(int guest, int number, long before) {
    int gap = 1 + below(2 * ACTION_GAP, Dice.What.ACTION, guest, number, 0);
    long time = number == 0 ? gap : before + gap;
    if (number <= config.devices() * FIRST) {
      return first(guest, number, time);
    }
    int percent = below(100, Dice.What.ACTION, guest, number, 1);
    for (Weight weight : WEIGHTS) {
      percent -= weight.percent();
      if (percent < 0) {
        return action(guest, number, time, weight.kind());
      }
    }
    throw new IllegalStateException("the weights of actions are no 100");
  }

  /** Boot, then each device is attached and gets an address space; some begin elsewhere. */
  private Action first(int guest, int number, long time) {
    if (number == 0) {
      return new Action(time, guest, 0, Action.Kind.BOOT, 0, 0, 0, 0, 0);
    }
    int slot = (number - 1) / FIRST;
    boolean intrudes = slot > 0 && below(100, Dice.What.ACTION, guest, number, 1) < INTRUDERS;
    return switch ((number - 1) % FIRST) {
      case 0 ->
          intrudes
              ? new Action(time, guest, number, Action.Kind.INTRUDE, slot, 0, 0, 0, 0)
              : new Action(time, guest, number, Action.Kind.MAP, slot, 0, slot % 2, 0, 4);
      case 1 -> new Action(time, guest, number, Action.Kind.ATTACH, slot, 0, 0, 0, 0);
      default -> new Action(time, guest, number, Action.Kind.BIND, slot, 1, 0, 0, 0);
    };
  }

  private Action action(int guest, int number, long time, Action.Kind kind) {
    int count =
        switch (kind) {
          case MAP -> 1 + below(6, Dice.What.ACTION, guest, number, 2);
          case UNMAP -> 1 + below(3, Dice.What.ACTION, guest, number, 2);
          case STORM -> 20 + below(40, Dice.What.ACTION, guest, number, 2);
          case DEAF -> 10 + below(60, Dice.What.ACTION, guest, number, 2);
          default -> below(2, Dice.What.ACTION, guest, number, 2);
        };
    return new Action(
        time,
        guest,
        number,
        kind,
        below(config.devices(), Dice.What.ACTION, guest, number, 3),
        below(Machines.PASIDS, Dice.What.ACTION, guest, number, 4),
        below(Layout.SPACES, Dice.What.ACTION, guest, number, 5),
        below(Layout.PAGES, Dice.What.ACTION, guest, number, 6),
        count);
  }

  // ---- disturbances -------------------------------------------------------------------------

  Disturbance disturbance(int number, long before) {
    int gap = 1 + below(2 * DISTURBANCE_GAP, Dice.What.DISTURBANCE, 0, number, 0);
    long time = number == 0 ? BEGIN + gap : before + gap;
    var kinds = Disturbance.Kind.values();
    var kind = kinds[below(kinds.length, Dice.What.DISTURBANCE, 0, number, 1)];
    int targets =
        switch (kind.of) {
          case NODE -> config.nodes();
          case ENTITY -> config.entities();
          case SHARD -> config.shards();
        };
    int target = below(targets, Dice.What.DISTURBANCE, 0, number, 2);
    return new Disturbance(time, kind, target, duration(kind, number));
  }

  private long duration(Disturbance.Kind kind, int number) {
    int shortest =
        switch (kind) {
          case CRASH -> 10;
          case PAUSE, PARTITION -> 5;
          case LEAVE, MOVE -> 0;
          case LOSS, DUPLICATES, DELAY -> 3;
          case SLOW_JOURNAL, FAILING_JOURNAL -> 5;
        };
    int longest =
        switch (kind) {
          case CRASH -> 120;
          case PAUSE, PARTITION -> 150;
          case LEAVE, MOVE -> 1;
          case LOSS, DUPLICATES, DELAY -> 25;
          case SLOW_JOURNAL, FAILING_JOURNAL -> 60;
        };
    int spread = (longest - shortest) * Timing.MILLI;
    return (long) shortest * Timing.MILLI + below(spread, Dice.What.DISTURBANCE, 0, number, 3);
  }
}
