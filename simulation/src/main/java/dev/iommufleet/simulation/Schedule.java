package dev.iommufleet.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A schedule as lines of a file: {@code deliver 1 2}: kind, actor, channel or thread. */
final class Schedule {
  private Schedule() {}

  static List<String> write(List<Choice> schedule) {
    return schedule.stream().map(Schedule::line).toList();
  }

  static String line(Choice choice) {
    return "%s %d %d"
        .formatted(choice.kind().name().toLowerCase(Locale.ROOT), choice.actor(), choice.which());
  }

  static List<Choice> read(List<String> lines) {
    List<Choice> schedule = new ArrayList<>();
    for (String line : lines) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      String[] words = line.strip().split("\\s+");
      try {
        var kind = Choice.Kind.valueOf(words[0].toUpperCase(Locale.ROOT));
        schedule.add(new Choice(kind, Integer.parseInt(words[1]), Integer.parseInt(words[2])));
      } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
        throw new ScenarioException("'" + line + "' is no event of a schedule", e);
      }
    }
    return schedule;
  }
}
