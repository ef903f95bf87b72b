package dev.iommufleet.cli.explore;

import static dev.iommufleet.cli.ExitCode.DONE;
import static dev.iommufleet.cli.ExitCode.FOUND;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.Printer;
import dev.iommufleet.simulation.fleet.FleetConfig;
import dev.iommufleet.simulation.fleet.FleetRun;
import dev.iommufleet.simulation.fleet.FleetRun.Result;
import dev.iommufleet.simulation.fleet.FleetSchedule;
import dev.iommufleet.simulation.fleet.ScheduleException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** {@code explore --fleet}: whole fleets, each from a seed. */
final class ExploreFleet {
  private static final long DEFAULT_STEPS = 100_000;

  @Option(
      names = "--fleet",
      description = "A whole small fleet from a seed: nodes, journal, network, guests.")
  private boolean fleet;

  @Option(
      names = "--steps",
      paramLabel = "M",
      description = "Of a fleet: events until it is left alone. Default: 100000.")
  private Long steps;

  @Option(
      names = "--seeds",
      paramLabel = "K",
      description = "Of a fleet: this seed and those behind it, so many. Default: 1.")
  private Integer seeds;

  @Option(names = "--nodes", paramLabel = "N", description = "Of a fleet. Default: 3.")
  private Integer nodes;

  @Option(
      names = "--iommus",
      paramLabel = "N",
      description = "Of a fleet; each has two devices. Default: 24.")
  private Integer iommus;

  /**
   * What the options of the command say that both kinds have.
   *
   * @param replay null: none; {@code write} null: a name is made
   */
  record Common(long seed, Path replay, Path write, ExploreTransitions transitions) {}

  boolean isAsked() {
    return fleet;
  }

  /** Options of a fleet without one are a mistake. */
  void checkUnasked() {
    if (steps != null || seeds != null || nodes != null || iommus != null) {
      throw CommandException.usage("--steps, --seeds, --nodes and --iommus need --fleet");
    }
  }

  int run(Printer print, Common common) {
    try {
      return common.replay() != null ? replay(print, common) : explore(print, common);
    } catch (ScheduleException | IllegalArgumentException e) {
      throw CommandException.usage("%s", e.getMessage());
    }
  }

  // ---- seeds --------------------------------------------------------------------------------

  private int explore(Printer print, Common common) {
    var standard = FleetConfig.DEFAULT;
    var config =
        new FleetConfig(
            nodes == null ? standard.nodes() : nodes,
            iommus == null ? standard.iommus() : iommus,
            standard.devices());
    long most = steps == null ? DEFAULT_STEPS : between("--steps", steps, 1, 1_000_000_000_000L);
    int count = seeds == null ? 1 : (int) between("--seeds", seeds, 1, 1_000_000);
    var runs = new ArrayList<Map<String, Object>>();
    boolean holds = true;
    for (int i = 0; i < count; i++) {
      long seed = common.seed() + i;
      var result = FleetRun.run(config, seed, most, done -> progress(print, seed, done, most));
      var found = result.holds() ? Found.NOTHING : shrink(print, result, common);
      holds &= result.holds();
      common.transitions().add(result.transitions());
      runs.add(json(result, found));
      if (!print.json()) {
        text(print, result, found);
      }
    }
    var transitions = common.transitions();
    transitions.keep();
    if (print.json()) {
      var json = new LinkedHashMap<String, Object>();
      json.put("runs", runs);
      json.put("violations", violations(runs));
      if (transitions.isAsked()) {
        json.put("transitions", transitions.json());
      }
      print.json(json);
    } else if (transitions.isAsked()) {
      transitions.tell(print);
    }
    return holds && transitions.holds() ? DONE : FOUND;
  }

  private static long between(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw CommandException.usage("%s is %d; %d to %d are possible", name, value, least, most);
    }
    return value;
  }

  private static void progress(Printer print, long seed, long done, long most) {
    print.err().println("seed %d: %,d of %,d events".formatted(seed, done, most));
    print.err().flush();
  }

  private static long violations(List<Map<String, Object>> runs) {
    return runs.stream().filter(it -> !"".equals(it.get("violation"))).count();
  }

  // ---- violations ---------------------------------------------------------------------------

  /** What is left of a failing run. */
  private record Found(FleetSchedule schedule, List<String> story, Path file) {
    static final Found NOTHING = new Found(null, List.of(), null);
  }

  private static Found shrink(Printer print, Result failed, Common common) {
    print.err().println("seed %d: %s; shrinking".formatted(failed.seed(), failed.violation()));
    print.err().flush();
    var schedule = FleetRun.shrink(failed);
    var file =
        common.write() != null
            ? common.write()
            : Path.of("fleet-%d.schedule".formatted(failed.seed()));
    var lines = new ArrayList<String>();
    lines.add("# " + FleetRun.replay(schedule).violation());
    lines.addAll(schedule.lines());
    try {
      Files.write(file, lines);
    } catch (IOException e) {
      throw CommandException.usage("%s cannot be written: %s", file, e.getMessage());
    }
    return new Found(schedule, FleetRun.tell(schedule), file);
  }

  // ---- replay -------------------------------------------------------------------------------

  private int replay(Printer print, Common common) {
    if (steps != null || seeds != null || nodes != null || iommus != null) {
      throw CommandException.usage(
          "--replay FILE says everything; leave out --steps, --seeds, --nodes and --iommus");
    }
    FleetSchedule schedule;
    try {
      schedule = FleetSchedule.read(Files.readAllLines(common.replay()));
    } catch (IOException e) {
      throw CommandException.usage("%s cannot be read: %s", common.replay(), e.getMessage());
    }
    var result = FleetRun.replay(schedule);
    var found = new Found(schedule, FleetRun.tell(schedule), null);
    if (print.json()) {
      var run = json(result, found);
      print.json(Map.of("runs", List.of(run), "violations", violations(List.of(run))));
    } else {
      text(print, result, found);
    }
    return result.holds() ? DONE : FOUND;
  }

  // ---- output -------------------------------------------------------------------------------

  private static void text(Printer print, Result it, Found found) {
    print.line(
        "seed %-8d %-8s %,9d events  %,9d messages  %,8d entries  %3d crashes  %6.2f s  hash %016x",
        it.seed(),
        it.holds() ? "holds" : it.invariant(),
        it.steps(),
        it.messages(),
        it.entries(),
        it.crashes(),
        it.micros() / 1e6,
        it.hash());
    if (!it.holds()) {
      print.line("  %s", it.violation());
    }
    if (found.schedule() != null) {
      print.line(
          "  %d actions and disturbances, %d events:",
          found.schedule().size(), found.story().size());
      for (String line : found.story()) {
        print.line("  %s", line);
      }
    }
    if (found.file() != null) {
      print
          .err()
          .println(
              "schedule written to %s; run it again with --fleet --replay %s"
                  .formatted(found.file(), found.file()));
      print.err().flush();
    }
  }

  private static Map<String, Object> json(Result it, Found found) {
    var json = new LinkedHashMap<String, Object>();
    json.put("seed", it.seed());
    json.put("steps", it.steps());
    json.put("messages", it.messages());
    json.put("entries", it.entries());
    json.put("crashes", it.crashes());
    json.put("virtualMicros", it.micros());
    json.put("hash", "%016x".formatted(it.hash()));
    json.put("violation", it.violation());
    json.put("coverage", it.coverage());
    json.put("story", found.story());
    json.put("schedule", found.schedule() == null ? List.of() : found.schedule().lines());
    return json;
  }
}
