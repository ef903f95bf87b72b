package dev.iommufleet.simulation.fleet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads a schedule line by line. */
final class ScheduleReader {
  private static final long LATEST = 3_600L * 1_000 * Timing.MILLI;

  private final List<Action> actions = new ArrayList<>();
  private final List<Disturbance> disturbances = new ArrayList<>();
  private FleetConfig config;
  private long seed;

  FleetSchedule read(List<String> lines) {
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      try {
        if (!line.isEmpty() && !line.startsWith("#")) {
          line(line.split("\\s+"));
        }
      } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
        throw new ScheduleException("line %d of the schedule: %s".formatted(i + 1, e.getMessage()));
      }
    }
    if (config == null) {
      throw new ScheduleException("the schedule has no line 'fleet nodes=N iommus=N devices=N'");
    }
    return new FleetSchedule(config, seed, actions, disturbances);
  }

  private void line(String[] words) {
    switch (words[0]) {
      case "fleet" -> {
        var values = values(words, 1);
        config =
            new FleetConfig(
                (int) value(values, "nodes", 1, Integer.MAX_VALUE),
                (int) value(values, "iommus", 1, Integer.MAX_VALUE),
                (int) value(values, "devices", 1, Integer.MAX_VALUE));
      }
      case "seed" -> seed = number("seed", words[1]);
      case "at" -> at(words);
      default -> throw new IllegalArgumentException("no line begins with '" + words[0] + "'");
    }
  }

  private void at(String[] words) {
    if (config == null) {
      throw new IllegalArgumentException("the line 'fleet …' comes first");
    }
    long time = between("the time", number("the time", words[1]), 0, LATEST);
    switch (words[2]) {
      case "guest" -> action(time, words);
      case "disturb" -> disturb(time, words);
      default -> throw new IllegalArgumentException("guest or disturb, not '" + words[2] + "'");
    }
  }

  private void action(long time, String[] words) {
    var values = values(words, 6);
    long number = between("#", number("#", words[4].substring(1)), 0, Integer.MAX_VALUE);
    actions.add(
        new Action(
            time,
            (int) between("guest", number("guest", words[3]), 0, config.iommus() - 1L),
            (int) number,
            word(Action.Kind.class, words[5]),
            (int) value(values, "slot", 0, config.devices() - 1L),
            (int) value(values, "pasid", 0, Machines.PASIDS - 1L),
            (int) value(values, "space", 0, Layout.SPACES - 1L),
            (int) value(values, "page", 0, Layout.PAGES - 1L),
            (int) value(values, "count", 0, 1_000)));
  }

  private void disturb(long time, String[] words) {
    var kind = word(Disturbance.Kind.class, words[3]);
    var values = values(words, 4);
    int most =
        switch (kind.of) {
          case NODE -> config.nodes();
          case ENTITY -> config.entities();
          case SHARD -> config.shards();
        };
    long target = value(values, Story.word(kind.of), 0, most - 1L);
    disturbances.add(new Disturbance(time, kind, (int) target, value(values, "for", 0, LATEST)));
  }

  private static Map<String, Long> values(String[] words, int from) {
    var values = new HashMap<String, Long>();
    for (int i = from; i < words.length; i++) {
      String[] parts = words[i].split("=", 2);
      if (parts.length != 2) {
        throw new IllegalArgumentException("'" + words[i] + "' is not NAME=NUMBER");
      }
      values.put(parts[0], number(parts[0], parts[1]));
    }
    return values;
  }

  private static long number(String name, String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + " is '" + text + "', which is no number", e);
    }
  }

  private static long value(Map<String, Long> values, String name, long least, long most) {
    Long value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException(name + "= is missing");
    }
    return between(name, value, least, most);
  }

  private static long between(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s is %d; %d to %d are possible".formatted(name, value, least, most));
    }
    return value;
  }

  private static <E extends Enum<E>> E word(Class<E> type, String word) {
    for (E value : type.getEnumConstants()) {
      if (Story.word(value).equals(word.toLowerCase(Locale.ROOT))) {
        return value;
      }
    }
    throw new IllegalArgumentException("nothing is named '" + word + "'");
  }
}
