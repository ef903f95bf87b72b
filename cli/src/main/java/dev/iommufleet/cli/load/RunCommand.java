package dev.iommufleet.cli.load;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.ExitCode;
import dev.iommufleet.cli.TargetOption;
import dev.iommufleet.cli.capture.MappedCodec;
import dev.iommufleet.cli.lab.Place;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.load.engine.DryRun;
import dev.iommufleet.load.engine.LoadResult;
import dev.iommufleet.load.engine.LoadRun;
import dev.iommufleet.load.engine.Trail;
import dev.iommufleet.load.guest.Behaviour;
import dev.iommufleet.load.guest.Recording;
import dev.iommufleet.load.guest.Recordings;
import dev.iommufleet.load.scenario.Durations;
import dev.iommufleet.load.scenario.Scenario;
import dev.iommufleet.load.scenario.ScenarioException;
import dev.iommufleet.load.scenario.ScenarioReader;
import dev.iommufleet.load.scenario.ShippedScenarios;
import dev.iommufleet.protocol.api.v1.JournalLevel;
import dev.iommufleet.protocol.api.v1.Observe;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a scenario against a fleet. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    header = "Run a scenario against a fleet.",
    description = {
      "Boots guests that behave as Linux guests do and lets them work as the scenario says. Latency"
          + " is counted from the moment at which a request was to start. Answers are compared with"
          + " the model in this process. What was made is deleted at the end.",
      "Ctrl-C ends it early with what there is.",
      "Exit code 0: every threshold was met and no invariant violated; 1: not so; 2: the scenario"
          + " cannot be used; 3: no node answers."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet load run --list",
      "  iommu-fleet load run smoke",
      "  iommu-fleet load run kill-one-of-three --lab 3",
      "  iommu-fleet load run my.yaml --target a:8651,b:8651 --guests 100 --seed 7"
    })
public final class RunCommand implements Callable<Integer> {
  private static final long REPORT_SECONDS = 30;
  private static final int LABS_MOST = 9;
  private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

  @Spec private CommandSpec spec;
  @Mixin private TargetOption target;

  @Parameters(
      paramLabel = "SCENARIO",
      arity = "0..1",
      description = "A shipped scenario by name, or a file.")
  private String scenario;

  @Option(
      names = "--lab",
      paramLabel = "NODES",
      description =
          "Start a cluster of 1 to 9 nodes with a database on this machine for the run, instead of"
              + " a target; the scenario's faults are injected into it.")
  private Integer lab;

  @Option(
      names = "--lab-directory",
      paramLabel = "DIR",
      description = "Logs and data of the lab. Default: .iommu-fleet/lab-DATE-TIME.")
  private Path labDirectory;

  @Option(names = "--json", paramLabel = "FILE", description = "Also writes the result there.")
  private Path json;

  @Option(
      names = "--unjudged",
      description = "Checks no invariants but those that guests and the model beside them see.")
  private boolean unjudged;

  @Option(
      names = "--history",
      paramLabel = "FILE",
      description = "Also writes every call and its end there.")
  private Path history;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Also writes a page with plots, invariants and latencies there.")
  private Path report;

  @Option(names = "--seed", paramLabel = "N", description = "Instead of the scenario's.")
  private Long seed;

  @Option(names = "--guests", paramLabel = "N", description = "Instead of the scenario's.")
  private Integer guests;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      description = "Of each phase that has one and is no warm-up, as in 90s.")
  private String duration;

  @Option(names = "--keep", description = "What was made stays.")
  private boolean keep;

  @Option(names = "--list", description = "Lists the shipped scenarios.")
  private boolean list;

  @Option(
      names = "--dry-run",
      description =
          "Connects to nothing: runs the guests against the model, and prints how many requests"
              + " of which kind they make, and a hash of all of them.")
  private boolean dryRun;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (list) {
      return list();
    }
    if (scenario == null) {
      throw CommandException.usage(
          "which scenario? A file, or one of %s", String.join(", ", ShippedScenarios.names()));
    }
    var chosen = chosen();
    var recording = recording(chosen);
    if (dryRun) {
      dryRun(chosen, recording);
      return ExitCode.DONE;
    }
    return run(chosen, recording);
  }

  private int list() {
    var reader = new ScenarioReader();
    for (String name : ShippedScenarios.names()) {
      try {
        out().println("%-18s %s".formatted(name, reader.find(name).description()));
      } catch (ScenarioException e) {
        throw new IllegalStateException(e);
      }
    }
    out().flush();
    return ExitCode.DONE;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private Scenario chosen() {
    if (guests != null && guests < 1) {
      throw CommandException.usage("--guests is %d; 1 or more go", guests);
    }
    try {
      return new ScenarioReader().find(scenario).with(new Scenario.Overrides(seed, guests, time()));
    } catch (ScenarioException e) {
      e.problems().forEach(it -> spec.commandLine().getErr().println("  " + it));
      throw CommandException.usage("%s cannot be used: %d problems", scenario, e.problems().size());
    }
  }

  private Duration time() {
    try {
      return duration == null ? null : Durations.parse(duration);
    } catch (IllegalArgumentException e) {
      throw CommandException.usage("--duration: %s", e.getMessage());
    }
  }

  private static Recording recording(Scenario scenario) throws IOException {
    return scenario.mix().containsKey(Behaviour.REPLAY)
        ? Recordings.open(scenario.capture())
        : null;
  }

  private void dryRun(Scenario chosen, Recording recording) {
    var result = DryRun.of(chosen, recording);
    result.requests().forEach((kind, count) -> out().println("%-24s %,12d".formatted(kind, count)));
    out().println("%-24s %,12d".formatted("requests", result.total()));
    out().println("%-24s %,12d".formatted("findings", result.findings().size()));
    out().println("hash %016x".formatted(result.hash()));
    out().flush();
  }

  // ---- run ---------------------------------------------------------------------------------

  private int run(Scenario chosen, Recording recording) throws IOException, InterruptedException {
    if (unjudged && report != null) {
      throw CommandException.usage("--unjudged and --report are given; one of the two goes");
    }
    try (var place = place(chosen);
        var written = unjudged ? null : new Written(history, chosen, place)) {
      var load = new LoadRun(chosen, setup(place, recording, written));
      if (!load.impossibleFaults().isEmpty()) {
        throw CommandException.usage(
            "%s injects %s; nobody can do that here: a fleet that others have started takes kind"
                + " command, a lab (--lab NODES) all others",
            chosen.name(), String.join(", ", load.impossibleFaults()));
      }
      return run(load, place, written);
    }
  }

  private Place place(Scenario chosen) {
    if (lab == null) {
      return Place.of(target);
    }
    if (lab < 1 || lab > LABS_MOST || target.given()) {
      throw CommandException.usage(
          target.given()
              ? "--lab and --target are given; one of the two goes"
              : "--lab is %d; 1 to %d nodes go",
          lab,
          LABS_MOST);
    }
    var directory =
        labDirectory != null
            ? labDirectory
            : Path.of(".iommu-fleet", "lab-" + LocalDateTime.now().format(STAMP));
    spec.commandLine().getErr().println("starting %d nodes in %s".formatted(lab, directory));
    return Place.lab(lab, directory, chosen);
  }

  private LoadRun.Setup setup(Place place, Recording recording, Written written) {
    return new LoadRun.Setup(
        place.connect(),
        place.targets(),
        new MappedCodec(JournalLevel.JOURNAL_LEVEL_FACTS),
        recording,
        written == null ? Trail.NONE : written.trail(),
        written == null ? Observe.OBSERVE_REPLIES : Observe.OBSERVE_FACTS,
        place.faults(),
        new Bar(spec.commandLine().getErr()),
        written == null ? _ -> Map.of() : early -> written.verdict(early).violations(),
        "load-" + UUID.randomUUID().toString().substring(0, 8),
        keep);
  }

  private int run(LoadRun load, Place place, Written written)
      throws IOException, InterruptedException {
    var told = new CountDownLatch(1);
    var stopper = new Thread(() -> stop(load, told), "stop");
    Runtime.getRuntime().addShutdownHook(stopper);
    try {
      var loaded = load.run();
      var result = loaded.withMissed(place.failures(!loaded.interrupted()));
      tell(result, written);
      return result.passed() ? ExitCode.DONE : ExitCode.FOUND;
    } finally {
      told.countDown();
      try {
        Runtime.getRuntime().removeShutdownHook(stopper);
      } catch (IllegalStateException e) {
        // It is running: that is why this ends.
      }
    }
  }

  /** The process ends when the report is told. */
  private static void stop(LoadRun load, CountDownLatch told) {
    load.interrupt();
    try {
      told.await(REPORT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** {@code written} null: nobody judged. */
  private void tell(LoadResult result, Written written) throws IOException {
    var verdict =
        Optional.ofNullable(written).map(it -> it.verdict(result.interrupted())).orElse(null);
    new ResultTable(out()).print(result, verdict);
    if (json != null) {
      var tree = ResultJson.tree(result, verdict);
      if (written != null) {
        written.report(result).json().forEach(tree::putIfAbsent);
      }
      Files.writeString(json, Json.pretty(tree) + "\n");
    }
    if (report != null) {
      written.report(result).writeHtml(report);
    }
  }
}
