package dev.iommufleet.cli.capture;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import dev.iommufleet.load.capture.Kind;
import dev.iommufleet.load.capture.Mismatch;
import dev.iommufleet.load.capture.Report;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** Reports for people. */
final class ReportTable {
  private static final int FILE_COLUMNS = 72;

  private final List<Report> reports;
  private final double seconds;

  ReportTable(List<Report> reports, double seconds) {
    this.reports = reports;
    this.seconds = seconds;
  }

  void print(PrintWriter out, boolean verbose) {
    out.println(files());
    if (verbose) {
      out.println(kinds());
    }
    reports.forEach(report -> mismatches(report, out));
    for (Report report : reports) {
      if (report.error() != null) {
        out.println(report.file() + ": " + report.error());
      }
    }
    out.println(summary());
  }

  private String files() {
    return AsciiTable.builder()
        .border(AsciiTable.NO_BORDERS)
        .data(
            reports,
            List.of(
                new Column()
                    .header("file")
                    .dataAlign(HorizontalAlign.LEFT)
                    .maxWidth(FILE_COLUMNS)
                    .with(report -> Path.of(report.file()).getFileName().toString()),
                number("operations", report -> count(report.operations())),
                number("comparisons", report -> count(sum(report.comparisons()))),
                number("not compared", report -> count(sum(report.notCompared()))),
                number(
                    "mismatches",
                    report -> report.error() != null ? "error" : count(report.mismatches())),
                number("lines/s", report -> count(report.linesPerSecond()))))
        .asString();
  }

  private static com.github.freva.asciitable.ColumnData<Report> number(
      String header, Function<Report, String> value) {
    return new Column().header(header).dataAlign(HorizontalAlign.RIGHT).with(value);
  }

  private String kinds() {
    List<String[]> rows = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      long compared = total(kind, Report::comparisons);
      long left = total(kind, Report::notCompared);
      if (compared + left > 0) {
        rows.add(new String[] {kind.text(), count(compared), count(left)});
      }
    }
    return AsciiTable.builder()
        .border(AsciiTable.NO_BORDERS)
        .header("kind", "comparisons", "not compared")
        .data(rows.toArray(String[][]::new))
        .asString();
  }

  private long total(Kind kind, Function<Report, Map<Kind, Long>> counts) {
    return reports.stream().mapToLong(r -> counts.apply(r).getOrDefault(kind, 0L)).sum();
  }

  private static void mismatches(Report report, PrintWriter out) {
    for (Mismatch mismatch : report.first()) {
      out.printf(
          "%s seq %d %s%n  operation %s%n  expected  %s%n  actual    %s%n",
          Path.of(report.file()).getFileName(),
          mismatch.seq(),
          mismatch.kind().text(),
          mismatch.operation(),
          mismatch.expected(),
          mismatch.actual());
    }
  }

  private String summary() {
    long lines = reports.stream().mapToLong(Report::lines).sum();
    long comparisons = reports.stream().mapToLong(r -> sum(r.comparisons())).sum();
    long mismatches = reports.stream().mapToLong(Report::mismatches).sum();
    long errors = reports.stream().filter(report -> report.error() != null).count();
    boolean shown = reports.stream().anyMatch(report -> !report.first().isEmpty());
    String text =
        "%d files, %s lines in %.1f s (%s lines/s), %s comparisons, %s mismatches"
            .formatted(
                reports.size(),
                count(lines),
                seconds,
                count((long) (lines / seconds)),
                count(comparisons),
                count(mismatches));
    if (errors > 0) {
      text += "; " + errors + (errors == 1 ? " file is" : " files are") + " no whole capture";
    }
    return mismatches > 0 && !shown ? text + " (--first 5 shows the first five a file)" : text;
  }

  private static long sum(Map<Kind, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  private static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }
}
