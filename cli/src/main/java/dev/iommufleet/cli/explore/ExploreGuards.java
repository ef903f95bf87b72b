package dev.iommufleet.cli.explore;

import static dev.iommufleet.cli.ExitCode.DONE;
import static dev.iommufleet.cli.ExitCode.FOUND;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.Printer;
import dev.iommufleet.simulation.mutation.Mutation;
import dev.iommufleet.simulation.mutation.Outcome;
import dev.iommufleet.simulation.mutation.PlantedBug;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** {@code explore --guards} and {@code --bugs}: machines that are wrong on purpose. */
final class ExploreGuards {
  private static final int MOST_EVENTS = 20;

  @Option(
      names = "--guards",
      description = {
        "Take each guard of the protocol out, or those that are named, and tell what goes wrong",
        "without it. Exit code 1: nobody misses one."
      })
  private boolean guards;

  @Option(
      names = "--bugs",
      description = {
        "Plant each known mistake, or those that are named, and run fleets until one notices.",
        "Exit code 1: nobody notices one."
      })
  private boolean bugs;

  private final List<Map<String, Object>> rows = new ArrayList<>();
  private boolean found = true;

  boolean isAsked() {
    return guards || bugs;
  }

  /** {@code names}: those meant; none: all. */
  int run(Printer print, List<String> names) {
    if (guards && bugs) {
      throw CommandException.usage("--guards goes without --bugs");
    }
    if (guards) {
      var chosen = names.isEmpty() ? Mutation.all() : names.stream().map(Mutation::of).toList();
      for (Mutation it : chosen) {
        boolean fleet = it.scenario().equals(Mutation.FLEET);
        tell(print, it.guard(), fleet ? "" : it.scenario(), it.explore(), !names.isEmpty());
      }
    } else {
      var chosen = names.isEmpty() ? PlantedBug.all() : names.stream().map(PlantedBug::of).toList();
      for (PlantedBug it : chosen) {
        boolean fleet = it.scenario().equals(Mutation.FLEET);
        tell(print, it.name(), fleet ? "" : it.scenario(), it.hunt(), !names.isEmpty());
      }
    }
    if (print.json()) {
      print.json(Map.of(guards ? "guards" : "bugs", rows, "allFound", found));
    }
    return found ? DONE : FOUND;
  }

  /** {@code scenario} empty: fleets. */
  private void tell(Printer print, String name, String scenario, Outcome it, boolean story) {
    boolean isShort = it.found() && it.story().size() <= MOST_EVENTS;
    found &= isShort;
    if (print.json()) {
      rows.add(json(name, scenario, it));
      return;
    }
    String what = scenario.isEmpty() ? "actions and disturbances" : "events";
    String where =
        scenario.isEmpty()
            ? "fleets, seeds 1 to %d".formatted(it.tried())
            : "%s, %,d states".formatted(scenario, it.tried());
    print.line(
        "%-36s %s",
        name,
        it.found()
            ? "%2d %s  %s  (%s)".formatted(it.story().size(), what, it.what(), where)
            : "NOT NOTICED  (%s)".formatted(where));
    for (int i = 0; story && i < it.story().size(); i++) {
      print.line("  %3d  %s", i + 1, it.story().get(i));
    }
  }

  private static Map<String, Object> json(String name, String scenario, Outcome it) {
    var row = new LinkedHashMap<String, Object>();
    row.put("name", name);
    row.put("found", it.found());
    row.put("scenario", scenario.isEmpty() ? Mutation.FLEET : scenario);
    row.put(scenario.isEmpty() ? "seeds" : "states", it.tried());
    row.put("violation", it.what());
    row.put("story", it.story());
    return row;
  }
}
