package dev.iommufleet.simulation.fleet;

import java.util.ArrayList;
import java.util.List;

/** What a run is made of; a text that people read and {@link FleetRun#replay} runs. */
public final class FleetSchedule {
  final FleetConfig config;
  final long seed;
  final List<Action> actions;
  final List<Disturbance> disturbances;

  FleetSchedule(
      FleetConfig config, long seed, List<Action> actions, List<Disturbance> disturbances) {
    this.config = config;
    this.seed = seed;
    this.actions = List.copyOf(actions);
    this.disturbances = List.copyOf(disturbances);
  }

  /** What guests do, and what goes wrong. */
  public int size() {
    return actions.size() + disturbances.size();
  }

  /** When the last of it begins; microseconds. */
  long until() {
    long until = 0;
    for (Action it : actions) {
      until = Math.max(until, it.time());
    }
    for (Disturbance it : disturbances) {
      until = Math.max(until, it.time());
    }
    return until;
  }

  /** One thing a line. */
  public List<String> lines() {
    var lines = new ArrayList<String>();
    lines.add(
        "fleet nodes=%d iommus=%d devices=%d"
            .formatted(config.nodes(), config.iommus(), config.devices()));
    lines.add("seed %d".formatted(seed));
    for (Action a : actions) {
      lines.add(
          "at %d guest %d #%d %s slot=%d pasid=%d space=%d page=%d count=%d"
              .formatted(
                  a.time(),
                  a.guest(),
                  a.number(),
                  Story.word(a.kind()),
                  a.slot(),
                  a.pasid(),
                  a.space(),
                  a.page(),
                  a.count()));
    }
    for (Disturbance it : disturbances) {
      lines.add(
          "at %d disturb %s %s=%d for=%d"
              .formatted(
                  it.time(),
                  Story.word(it.kind()),
                  Story.word(it.kind().of),
                  it.target(),
                  it.duration()));
    }
    return lines;
  }

  /**
   * Reads what {@link #lines} wrote; lines that begin with # mean nothing.
   *
   * @throws ScheduleException naming the line that is wrong
   */
  public static FleetSchedule read(List<String> lines) {
    return new ScheduleReader().read(lines);
  }
}
