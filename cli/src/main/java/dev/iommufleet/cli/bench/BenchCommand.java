package dev.iommufleet.cli.bench;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.ExitCode;
import dev.iommufleet.load.bench.Benchmark;
import dev.iommufleet.load.bench.Benchmarks;
import dev.iommufleet.load.bench.Effort;
import dev.iommufleet.load.bench.Figure;
import dev.iommufleet.load.scenario.Durations;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes the figures. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    header = "Measure the model, the API, the journal and memory.",
    description = {
      "Runs benchmarks by name, all of them without one; that takes an hour and a half, a third of"
          + " it for 'mixed', and wants a machine that does nothing else. Prints each figure's"
          + " median, its spread (largest minus smallest run, as a share of the median) and how it"
          + " was taken.",
      "Exit code 0: measured, whether or not the targets were reached."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet bench --list",
      "  iommu-fleet bench iotlb-hit walk",
      "  iommu-fleet bench --json figures.json",
      "  iommu-fleet bench peer",
      "  iommu-fleet bench known --draft --docs docs"
    })
public final class BenchCommand implements Callable<Integer> {
  private static final String NUMBERS = "performance.json";
  private static final String PAGE = "performance.md";
  private static final String LINE = "%-58s %12s %-14s ±%3.0f%%  %s";

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "NAME", arity = "0..*", description = "Benchmarks to run.")
  private List<String> names = List.of();

  @Option(names = "--json", paramLabel = "FILE", description = "Also writes the figures there.")
  private Path json;

  @Option(
      names = "--docs",
      paramLabel = "DIR",
      description = {
        "Also puts the figures in their places in DIR/performance.json, and writes"
            + " DIR/performance.md anew."
      })
  private Path docs;

  @Option(
      names = "--only-docs",
      description = "Measures nothing: writes DIR/performance.md anew from DIR/performance.json.")
  private boolean onlyDocs;

  @Option(
      names = "--smoke",
      description = "Runs each as shortly as shows that it works; the figures mean nothing.")
  private boolean smoke;

  @Option(
      names = "--draft",
      description = "Smaller fleets and fewer rounds, to compare two versions with.")
  private boolean draft;

  @Option(names = "--list", description = "Lists the benchmarks.")
  private boolean list;

  @Option(
      names = "--mixed-duration",
      paramLabel = "TIME",
      description = "How long the benchmark 'mixed' lasts, as in 5m. Default: 30m.")
  private String mixedDuration;

  @Option(
      names = "--captures",
      paramLabel = "DIR",
      description = "Captures (*.jsonl.gz) to replay besides those that come with this project.")
  private Path captures;

  @Override
  public Integer call() throws IOException, InterruptedException {
    var all = all();
    if (list) {
      all.forEach(it -> line("%-18s %s", it.name(), it.summary()));
      return ExitCode.DONE;
    }
    if (onlyDocs) {
      write(List.of());
      return ExitCode.DONE;
    }
    var chosen = chosen(all);
    var figures = new ArrayList<Figure>();
    line("%s", Surroundings.text());
    for (Benchmark benchmark : chosen) {
      line("%n%s: %s", benchmark.name(), benchmark.summary());
      if (isMissing(benchmark)) {
        continue;
      }
      var taken = benchmark.run(effort());
      print(taken);
      figures.addAll(taken);
    }
    write(figures);
    return ExitCode.DONE;
  }

  private void write(List<Figure> figures) throws IOException {
    var date = LocalDate.now(ZoneOffset.UTC).toString();
    var taken = figures.stream().map(it -> new Taken(it, Surroundings.text(), date)).toList();
    if (json != null) {
      Taken.write(json, taken);
    }
    if (docs != null) {
      var all = Taken.merge(Taken.read(docs.resolve(NUMBERS)), taken);
      Taken.write(docs.resolve(NUMBERS), all);
      Files.writeString(docs.resolve(PAGE), PerformancePage.text(all));
    }
  }

  private Effort effort() {
    return smoke ? Effort.SMOKE : draft ? Effort.DRAFT : Effort.FULL;
  }

  /** What was asked for by name is refused; of all, it is left out. */
  private boolean isMissing(Benchmark benchmark) {
    var missing = benchmark.missing();
    if (missing.isPresent() && !names.isEmpty()) {
      throw CommandException.refused("%s", missing.get());
    }
    missing.ifPresent(why -> line("  left out: %s", why));
    return missing.isPresent();
  }

  private Duration mixed() {
    try {
      return mixedDuration == null ? null : Durations.parse(mixedDuration);
    } catch (IllegalArgumentException e) {
      throw CommandException.usage("--mixed-duration: %s", e.getMessage());
    }
  }

  private List<Benchmark> all() {
    if (captures != null && !Files.isDirectory(captures)) {
      throw CommandException.usage("--captures %s is no directory", captures);
    }
    var all = new ArrayList<>(Benchmarks.ofModel(Optional.ofNullable(captures)));
    all.add(new ExplorerSpeed());
    all.add(new FleetSpeed());
    all.addAll(Benchmarks.ofNode(new NodeProcesses(), mixed()));
    return all;
  }

  private List<Benchmark> chosen(List<Benchmark> all) {
    var known = all.stream().map(Benchmark::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw CommandException.usage(
            "there is no benchmark '%s'; there are %s", name, String.join(", ", known));
      }
    }
    return all.stream().filter(it -> names.isEmpty() || names.contains(it.name())).toList();
  }

  private void print(List<Figure> figures) {
    var told = "";
    for (Figure figure : figures) {
      line(
          LINE,
          figure.name(),
          Taken.number(figure.value()),
          figure.unit(),
          figure.spread() * 100,
          verdict(figure));
      if (!told.equals(figure.how())) {
        told = figure.how();
        line("  %d runs: %s", figure.runs(), told);
      }
    }
  }

  private String verdict(Figure figure) {
    if (smoke || figure.isUnjudged()) {
      return "";
    }
    var bound = figure.better() == Figure.Better.LOWER ? "at most " : "at least ";
    var target = bound + Taken.number(figure.target());
    return figure.isReached() ? target : target + ", MISSED";
  }

  private void line(String format, Object... arguments) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(String.format(Locale.ROOT, format, arguments));
    out.flush();
  }
}
