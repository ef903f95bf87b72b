package dev.iommufleet.cli.explore;

import static dev.iommufleet.cli.ExitCode.DONE;
import static dev.iommufleet.cli.ExitCode.FOUND;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.Printer;
import dev.iommufleet.simulation.Exploration;
import dev.iommufleet.simulation.Exploration.Result;
import dev.iommufleet.simulation.ScenarioException;
import dev.iommufleet.simulation.locks.Cell;
import dev.iommufleet.simulation.locks.Cell.Finding;
import dev.iommufleet.simulation.locks.Discipline;
import dev.iommufleet.simulation.locks.LockExploration;
import dev.iommufleet.simulation.locks.LockTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Explores scenarios. */
@Command(
    name = "explore",
    mixinStandardHelpOptions = true,
    header = "Try every order of messages between an IOMMU, its devices and the guest.",
    description = {
      "Runs the same pure code that the actors run, in each order in which messages can arrive,"
          + " with",
      "crashes, losses and repetitions as far as the scenario says, and checks I1 to I6 and I10 in",
      "each state. A scenario with more states than it allows is cut there; random walks from the",
      "seed follow. Exit code 1: an invariant is broken; the shortest story is told.",
      "",
      "With --discipline the same scenario runs in an emulator with threads and locks instead, in"
          + " each",
      "order of its threads; nobody crashes there. Exit code 1: what was explored is not safe."
          + " With",
      "--discipline all it is a table, which is not a failure: 1 only if its last row, messages, is"
          + " not safe."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet explore --list",
      "  iommu-fleet explore A",
      "  iommu-fleet explore --all --transitions",
      "  iommu-fleet explore ./mine.txt --write found.schedule",
      "  iommu-fleet explore ./mine.txt --replay found.schedule",
      "  iommu-fleet explore B --discipline no-lock",
      "  iommu-fleet explore --all --discipline all",
      "  iommu-fleet explore --fleet --seed 7 --steps 100000",
      "  iommu-fleet explore --guards",
      "  iommu-fleet explore --bugs stale-snapshot"
    })
public final class ExploreCommand implements Callable<Integer> {
  @Mixin private Printer print;

  @Mixin private ExploreFleet fleet;
  @Mixin private ExploreGuards guards;

  @Mixin private ExploreTransitions transitions;

  @Parameters(
      paramLabel = "SCENARIO",
      arity = "0..*",
      description = {
        "Name, or its first letters up to a hyphen, which mean each that begins so, or a file that",
        "ends in .txt. With --guards and --bugs: names of those."
      })
  private List<String> scenarios = List.of();

  @Option(names = "--all", description = "Every scenario that comes with the program.")
  private boolean all;

  @Option(names = "--list", description = "Names and titles of scenarios and disciplines.")
  private boolean list;

  @Option(
      names = "--discipline",
      paramLabel = "D",
      description = {
        "Who may do what when: messages (the default), no-lock, iommu-lock, caller-global,",
        "callee-global, device-global, released, queue-lock, skip-passthrough, bottom-half,",
        "first-use, a file that ends in .txt, or all."
      })
  private String discipline = Exploration.MESSAGES;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of the random walks behind a cut exploration, and of a fleet. Default: 1.")
  private long seed = 1;

  @Option(
      names = "--replay",
      paramLabel = "FILE",
      description = "Run the schedule in the file instead, and tell it.")
  private Path replay;

  @Option(
      names = "--write",
      paramLabel = "FILE",
      description = "Where the schedule of a violation goes. Default: SCENARIO.schedule.")
  private Path write;

  @Option(
      names = "--markdown",
      paramLabel = "FILE",
      description = "Write the table as a page; with --all --discipline all.")
  private Path markdown;

  @Override
  public Integer call() {
    transitions.check(
        !list && replay == null && !guards.isAsked() && discipline.equals(Exploration.MESSAGES));
    if (fleet.isAsked()) {
      return fleet();
    }
    fleet.checkUnasked();
    if (guards.isAsked()) {
      return guards();
    }
    check();
    try {
      if (list) {
        return list();
      }
      if (!discipline.equals(Exploration.MESSAGES)) {
        return locks();
      }
      var results = new ArrayList<Result>();
      for (String name : all ? Exploration.names() : meant(Exploration.names())) {
        var exploration = exploration(name);
        Result result = result(exploration);
        transitions.add(exploration.transitions());
        results.add(result);
        if (!print.json()) {
          text(result);
        }
        if (!result.safe() && replay == null) {
          write(result);
        }
      }
      transitions.keep();
      if (print.json()) {
        print.json(json(results));
      } else if (transitions.isAsked()) {
        transitions.tell(print);
      }
      return results.stream().allMatch(Result::safe) && transitions.holds() ? DONE : FOUND;
    } catch (ScenarioException e) {
      throw CommandException.usage("%s", e.getMessage());
    }
  }

  private int guards() {
    boolean threads = !discipline.equals(Exploration.MESSAGES);
    if (list || all || replay != null || markdown != null || threads) {
      throw CommandException.usage(
          "--guards and --bugs go without --all, --list, --replay and --discipline");
    }
    try {
      return guards.run(print, scenarios);
    } catch (ScenarioException e) {
      throw CommandException.usage("%s", e.getMessage());
    }
  }

  private int fleet() {
    if (list || all || !scenarios.isEmpty() || markdown != null) {
      throw CommandException.usage("--fleet goes without SCENARIO, --all and --list");
    }
    if (guards.isAsked() || !discipline.equals(Exploration.MESSAGES)) {
      throw CommandException.usage("--fleet goes without --discipline, --guards and --bugs");
    }
    return fleet.run(print, new ExploreFleet.Common(seed, replay, write, transitions));
  }

  private void check() {
    if (!list && !all && scenarios.isEmpty()) {
      throw CommandException.usage("say which SCENARIO, or --all; --list shows them");
    }
    if (all && !scenarios.isEmpty()) {
      throw CommandException.usage("--all goes without SCENARIO");
    }
    if (replay != null && (all || scenarios.size() != 1)) {
      throw CommandException.usage("--replay needs exactly one SCENARIO");
    }
    if (replay != null && discipline.equals(LockView.ALL)) {
      throw CommandException.usage("--replay needs exactly one --discipline");
    }
    if (markdown != null && !(all && discipline.equals(LockView.ALL))) {
      throw CommandException.usage("--markdown needs --all --discipline all");
    }
  }

  /**
   * What the words of the command stand for.
   *
   * @param preferred of the scenarios that begin with a word these are meant, if there are any
   */
  private List<String> meant(List<String> preferred) {
    var meant = new LinkedHashSet<String>();
    for (String word : scenarios) {
      var names = word.endsWith(".txt") ? List.of(word) : Exploration.named(word);
      var chosen = names.stream().filter(preferred::contains).toList();
      meant.addAll(chosen.isEmpty() ? names : chosen);
    }
    if (replay != null && meant.size() > 1) {
      throw CommandException.usage("--replay needs exactly one SCENARIO, not %s", meant);
    }
    return List.copyOf(meant);
  }

  /** In threads, with locks. */
  private int locks() {
    var view = new LockView(print);
    List<String> names = all ? Exploration.namesWithLocks() : meant(Exploration.namesWithLocks());
    if (discipline.equals(LockView.ALL)) {
      LockTable table = LockTable.explore(names.stream().map(ExploreCommand::exploration).toList());
      if (markdown != null) {
        write(markdown, table.markdown().lines().toList());
      }
      view.table(table);
      return table.messagesAreSafe() ? DONE : FOUND;
    }
    var rules = discipline(discipline);
    var explorations =
        names.stream().map(it -> LockExploration.of(exploration(it), rules)).toList();
    if (replay != null) {
      return view.replay(explorations.getFirst().replay(text(replay).lines().toList()));
    }
    List<Cell> cells = explorations.stream().map(LockExploration::explore).toList();
    view.cells(cells);
    for (Cell cell : cells) {
      for (Finding finding : cell.findings().stream().limit(1).toList()) {
        schedule(
            cell.scenario(),
            "." + Path.of(cell.discipline()).getFileName(),
            finding.what(),
            finding.schedule());
      }
    }
    return cells.stream().allMatch(it -> it.findings().isEmpty()) ? DONE : FOUND;
  }

  private static Discipline discipline(String name) {
    return name.endsWith(".txt") ? Discipline.read(name, text(Path.of(name))) : Discipline.of(name);
  }

  private static Exploration exploration(String name) {
    return name.endsWith(".txt")
        ? Exploration.read(name, text(Path.of(name)))
        : Exploration.of(name);
  }

  private Result result(Exploration exploration) {
    return replay == null
        ? exploration.explore(seed)
        : exploration.replay(text(replay).lines().toList());
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw CommandException.usage("%s cannot be read: %s", file, e.getMessage());
    }
  }

  private int list() {
    if (print.json()) {
      print.json(
          Map.of(
              "scenarios",
              Exploration.names().stream()
                  .map(Exploration::of)
                  .map(
                      it ->
                          Map.of("name", it.name(), "title", it.title(), "explores", it.explores()))
                  .toList(),
              "disciplines",
              Discipline.names().stream()
                  .map(Discipline::of)
                  .map(
                      it ->
                          Map.of("name", it.name(), "title", it.title(), "explains", it.explains()))
                  .toList()));
    } else {
      for (String name : Exploration.names()) {
        print.line("%-36s %s", name, Exploration.of(name).title());
      }
      print.line("");
      for (String name : Discipline.names()) {
        print.line("--discipline %-23s %s", name, Discipline.of(name).title());
      }
    }
    return DONE;
  }

  private void text(Result it) {
    print.line(
        "%-36s %-8s %,9d states  %s interleavings%s",
        it.name(),
        it.verdict(),
        it.states(),
        it.interleavings() == Long.MAX_VALUE ? "2^63+" : "%,d".formatted(it.interleavings()),
        it.exhaustive() || replay != null || !it.safe()
            ? ""
            : ", cut; then random walks, seed " + seed);
    boolean tells = !it.safe() || replay != null;
    if (!it.safe()) {
      print.line("  %s", it.what());
    }
    for (int i = 0; tells && i < it.story().size(); i++) {
      print.line("  %3d  %s", i + 1, it.story().get(i));
    }
  }

  private void write(Result it) {
    schedule(it.name(), "", it.what(), it.schedule());
  }

  private void schedule(String name, String discipline, String what, List<String> schedule) {
    Path usual = Path.of(Path.of(name).getFileName() + discipline + ".schedule");
    Path file = write != null ? write : usual;
    var lines = new ArrayList<String>();
    lines.add("# " + name + discipline + ": " + what);
    lines.addAll(schedule);
    write(file, lines);
    print.err().println("schedule written to " + file + "; run it again with --replay " + file);
    print.err().flush();
  }

  private static void write(Path file, List<String> lines) {
    try {
      Files.write(file, lines);
    } catch (IOException e) {
      throw CommandException.usage("%s cannot be written: %s", file, e.getMessage());
    }
  }

  private Map<String, Object> json(List<Result> results) {
    var violations = new LinkedHashMap<String, Object>();
    var scenarios = new ArrayList<Map<String, Object>>();
    for (Result it : results) {
      var one = new LinkedHashMap<String, Object>();
      one.put("name", it.name());
      one.put("discipline", it.discipline());
      one.put("states", it.states());
      one.put("interleavings", it.interleavings());
      one.put("exhaustive", it.exhaustive());
      one.put("verdict", it.verdict());
      one.put("what", it.what());
      one.put("story", it.story());
      scenarios.add(one);
    }
    violations.put("scenarios", scenarios);
    violations.put("violations", results.stream().filter(it -> !it.safe()).count());
    if (transitions.isAsked()) {
      violations.put("transitions", transitions.json());
    }
    return violations;
  }
}
