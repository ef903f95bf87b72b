package dev.iommufleet.cli.load;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.ExitCode;
import dev.iommufleet.cli.InputFile;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.load.report.Comparison;
import dev.iommufleet.load.report.Reports;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts two reports side by side. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    header = "Compare two reports of loads.",
    description = {
      "Reads what load run wrote with --json or --report. Differences up to the tolerance are taken"
          + " for noise; a percentile of too few requests is shown and not judged.",
      "Exit code 1: B is worse than A by more than the tolerance, or violates something."
    },
    footerHeading = "%nExample:%n",
    footer = "  iommu-fleet load compare before.json after.html --tolerance 15")
public final class CompareCommand implements Callable<Integer> {
  private static final int MOST_BYTES = 64 << 20;
  private static final String ROW = "%-36s %12s %12s %9s  %s";

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "A", description = "The report to measure against.")
  private Path before;

  @Parameters(index = "1", paramLabel = "B", description = "The report that is judged.")
  private Path after;

  @Option(
      names = "--tolerance",
      paramLabel = "PERCENT",
      defaultValue = "10",
      description = "What is noise. Default: ${DEFAULT-VALUE}.")
  private double tolerance;

  @Option(names = "--json", description = "Prints JSON.")
  private boolean json;

  @Override
  public Integer call() {
    if (!(tolerance >= 0 && tolerance <= 1_000)) {
      throw CommandException.usage("--tolerance is %s; 0 to 1,000 go", tolerance);
    }
    var comparison = Comparison.of(read(before), read(after), tolerance);
    if (json) {
      out(Json.pretty(tree(comparison)));
    } else {
      print(comparison);
    }
    return comparison.isWorse() ? ExitCode.FOUND : ExitCode.DONE;
  }

  private static Map<?, ?> read(Path file) {
    var text = new String(InputFile.bytes(file, MOST_BYTES), StandardCharsets.UTF_8);
    try {
      if (Json.read(Reports.json(text)) instanceof Map<?, ?> tree && tree.containsKey("latency")) {
        return tree;
      }
    } catch (IllegalArgumentException e) {
      throw CommandException.usage("%s is no report of a load: %s", file, e.getMessage());
    }
    throw CommandException.usage("%s is no report of a load: it has no latency", file);
  }

  private void print(Comparison comparison) {
    out(ROW.formatted("", "A", "B", "change", ""));
    for (Comparison.Row it : comparison.rows()) {
      out(
          ROW.formatted(
              it.name() + ", " + it.unit(),
              number(it.a()),
              number(it.b()),
              "%+.1f %%".formatted(it.percent()),
              word(it.outcome(), comparison.tolerance())));
    }
    comparison.problems().forEach(it -> out("B: " + it));
    out(comparison.isWorse() ? "B is worse" : "B is not worse");
  }

  private static String word(Comparison.Outcome outcome, double tolerance) {
    return switch (outcome) {
      case NOISE -> "within %.0f %%".formatted(tolerance);
      case BETTER -> "better";
      case WORSE -> "WORSE";
      case TOO_FEW -> "too few requests to tell";
    };
  }

  private static String number(double value) {
    return value < 0 ? "–" : String.format(Locale.ROOT, "%,.2f", value);
  }

  private static Map<String, Object> tree(Comparison it) {
    return Json.object(
        "tolerance",
        it.tolerance(),
        "worse",
        it.isWorse(),
        "problems",
        it.problems(),
        "rows",
        it.rows().stream()
            .map(
                row ->
                    Json.object(
                        "name", row.name(),
                        "unit", row.unit(),
                        "a", row.a(),
                        "b", row.b(),
                        "percent", row.percent(),
                        "outcome", row.outcome().name().toLowerCase(Locale.ROOT)))
            .toList());
  }

  private void out(String line) {
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }
}
