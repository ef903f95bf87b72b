package dev.iommufleet.cli.load;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.ExitCode;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.load.check.Judge;
import dev.iommufleet.load.check.Verdict;
import dev.iommufleet.load.history.HistoryFile;
import dev.iommufleet.load.report.Report;
import dev.iommufleet.load.report.Tally;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Judges a history that was recorded. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    header = "Judge the recorded history of a load again.",
    description = {
      "Reads what load run wrote with --history and holds it to the invariants I1 to I12, as far as"
          + " they show from outside. Thresholds are the scenario's and are not judged here.",
      "Exit code 1: something was violated; 2: the file is no history."
    },
    footerHeading = "%nExample:%n",
    footer = "  iommu-fleet load check load.history --report load.html")
public final class CheckCommand implements Callable<Integer> {
  private static final int EVIDENCE = 3;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "HISTORY", description = "The file.")
  private Path history;

  @Option(names = "--report", paramLabel = "FILE", description = "Also writes a page there.")
  private Path report;

  @Option(names = "--json", description = "Prints JSON, as load run --json has it.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    if (!Files.isRegularFile(history)) {
      throw CommandException.usage("there is no file %s", history);
    }
    var judge = new Judge(new MappedModels());
    var tally = new Tally();
    boolean whole = read(judge, tally);
    var result = new Report(tally, judge.verdict(), List.of());
    if (report != null) {
      result.writeHtml(report);
    }
    var out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.pretty(result.json()));
    } else {
      print(out, result.verdict(), whole);
    }
    out.flush();
    return result.passed() ? ExitCode.DONE : ExitCode.FOUND;
  }

  private boolean read(Judge judge, Tally tally) throws IOException {
    try {
      return HistoryFile.read(
          history,
          record -> {
            judge.accept(record);
            tally.accept(record);
          });
    } catch (IllegalArgumentException e) {
      throw CommandException.usage("%s", e.getMessage());
    }
  }

  private static void print(PrintWriter out, Verdict verdict, boolean whole) {
    for (Verdict.Judged it : verdict.invariants()) {
      out.println(
          "%-7s %s"
              .formatted(
                  it.id(),
                  it.checked() == 0
                      ? "not judged: nothing of the kind was seen"
                      : "%,d judged, %,d violations".formatted(it.checked(), it.violations())));
      it.first().stream()
          .limit(EVIDENCE)
          .forEach(
              found -> {
                out.println(
                    "        %s, %.3f s: %s"
                        .formatted(found.entity(), found.atNanos() / 1e9, found.what()));
                found.evidence().forEach(line -> out.println("          " + line));
              });
    }
    out.println(
        "%,d acknowledged entries lost, %,d requests executed twice, %,d outcomes unknown"
            .formatted(verdict.lost(), verdict.duplicated(), verdict.unfinished()));
    if (!whole) {
      out.println("the file ends in the middle of a record: the load was killed");
    }
  }
}
