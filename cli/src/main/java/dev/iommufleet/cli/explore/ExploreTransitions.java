package dev.iommufleet.cli.explore;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.Printer;
import dev.iommufleet.simulation.Transitions;
import dev.iommufleet.simulation.Transitions.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** {@code explore --transitions}: which events were met in which states, and which never. */
final class ExploreTransitions {
  private static final List<String> TABLES = List.of("device", "link", "queue");

  @Option(
      names = "--transitions",
      description = {
        "Tell which events were met in which states: what is visited, what is named as impossible,",
        "and every pair that is missing. Exit code 1 as well if a pair was met that is named so."
      })
  private boolean transitions;

  @Option(
      names = "--met",
      paramLabel = "FILE",
      description = "With --transitions: add what earlier runs met, and keep all of it there.")
  private Path file;

  private final Transitions met = new Transitions();

  boolean isAsked() {
    return transitions;
  }

  void check(boolean explores) {
    if (file != null && !transitions) {
      throw CommandException.usage("--met needs --transitions");
    }
    if (transitions && !explores) {
      throw CommandException.usage(
          "--transitions goes with scenarios over messages and with fleets, without --replay");
    }
  }

  void add(Transitions others) {
    met.add(others);
  }

  /** Nothing was met that cannot be. */
  boolean holds() {
    return met.contradictions().isEmpty();
  }

  /** Takes what was kept, and keeps what is known now. */
  void keep() {
    if (file == null) {
      return;
    }
    try {
      if (Files.exists(file)) {
        met.add(Files.readAllLines(file));
      }
      Files.write(file, met.lines());
    } catch (IOException | IllegalArgumentException e) {
      throw CommandException.usage("%s: %s", file, e.getMessage());
    }
  }

  void tell(Printer print) {
    List<Row> rows = met.rows();
    print.line("%-12s %8s %12s %8s %8s", "transitions", "visited", "impossible", "missing", "of");
    for (String table : TABLES) {
      List<Row> its = rows.stream().filter(row -> row.table().equals(table)).toList();
      print.line(
          "%-12s %8d %12d %8d %8d",
          table, visited(its), impossible(its), missing(its).size(), its.size());
    }
    missing(rows).forEach(name -> print.line("  missing: %s", name));
    met.contradictions()
        .forEach((name, why) -> print.line("  met, but impossible: %s (%s)", name, why));
  }

  Map<String, Object> json() {
    List<Row> rows = met.rows();
    var tables = new LinkedHashMap<String, Object>();
    for (String table : TABLES) {
      List<Row> its = rows.stream().filter(row -> row.table().equals(table)).toList();
      var one = new LinkedHashMap<String, Object>();
      one.put("visited", visited(its));
      one.put("impossible", impossible(its));
      one.put("missing", missing(its));
      tables.put(table, one);
    }
    tables.put("contradictions", met.contradictions());
    return tables;
  }

  private static long visited(List<Row> rows) {
    return rows.stream().filter(row -> row.times() > 0).count();
  }

  private static long impossible(List<Row> rows) {
    return rows.stream().filter(row -> !row.impossible().isEmpty()).count();
  }

  private static List<String> missing(List<Row> rows) {
    return rows.stream().filter(Row::isMissing).map(Row::name).toList();
  }
}
