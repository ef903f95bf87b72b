package dev.iommufleet.cli.explore;

import static dev.iommufleet.cli.ExitCode.DONE;
import static dev.iommufleet.cli.ExitCode.FOUND;

import dev.iommufleet.cli.Printer;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.simulation.locks.Cell;
import dev.iommufleet.simulation.locks.Cell.Finding;
import dev.iommufleet.simulation.locks.LockTable;
import dev.iommufleet.simulation.locks.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Prints what happens under lock disciplines. */
final class LockView {
  /** Every discipline, as a table. */
  static final String ALL = "all";

  /** Two verdicts fit. */
  private static final int NARROWEST = 10;

  private final Printer print;

  LockView(Printer print) {
    this.print = print;
  }

  void cells(List<Cell> cells) {
    if (print.json()) {
      print.json(json(cells));
      return;
    }
    for (Cell cell : cells) {
      print.line(
          "%-36s %-16s %-9s %,7d states",
          cell.scenario(), cell.discipline(), verdicts(cell), cell.states());
      cell.findings().forEach(this::tell);
    }
  }

  private void tell(Finding finding) {
    if (finding.verdict() != Verdict.SAFE) {
      print.line("  %s", finding.what());
    }
    int number = 1;
    for (String line : finding.story()) {
      print.line("  %3d  %s", number++, line);
    }
  }

  int replay(Finding finding) {
    if (print.json()) {
      print.json(json(finding));
    } else {
      tell(finding);
      print.line("%s", finding.verdict().word());
    }
    return finding.verdict() == Verdict.SAFE ? DONE : FOUND;
  }

  /** A line for each scenario, as there are more scenarios than disciplines. */
  void table(LockTable table) {
    if (print.json()) {
      print.json(json(table.rows().stream().flatMap(row -> row.cells().stream()).toList()));
      return;
    }
    var head = new StringBuilder("%-36s".formatted(""));
    table.rows().forEach(row -> head.append(padded(row, row.discipline())));
    print.line("%s", head.toString().stripTrailing());
    for (int column = 0; column < table.scenarios().size(); column++) {
      var text = new StringBuilder("%-36s".formatted(table.scenarios().get(column)));
      for (LockTable.Row row : table.rows()) {
        text.append(padded(row, verdicts(row.cells().get(column))));
      }
      print.line("%s", text.toString().stripTrailing());
    }
  }

  private static String padded(LockTable.Row row, String text) {
    int width = Math.max(row.discipline().length(), NARROWEST);
    return " " + text + " ".repeat(Math.max(0, width - text.length()));
  }

  /** Each verdict once, that of the shortest story first. */
  private static String verdicts(Cell cell) {
    return cell.findings().isEmpty()
        ? Verdict.SAFE.word()
        : cell.findings().stream()
            .map(it -> it.verdict().word())
            .distinct()
            .collect(Collectors.joining(", "));
  }

  // ---- JSON ----

  private static Map<String, Object> json(List<Cell> cells) {
    var scenarios = new ArrayList<Map<String, Object>>();
    for (Cell cell : cells) {
      scenarios.add(
          Json.object(
              "name", cell.scenario(),
              "discipline", cell.discipline(),
              "states", cell.states(),
              "exhaustive", true,
              "verdict", cell.verdict().word(),
              "findings", cell.findings().stream().map(LockView::json).toList()));
    }
    return Json.object(
        "scenarios",
        scenarios,
        "violations",
        cells.stream().filter(cell -> !cell.findings().isEmpty()).count());
  }

  private static Map<String, Object> json(Finding finding) {
    return Json.object(
        "verdict", finding.verdict().word(),
        "kind", finding.kind(),
        "what", finding.what(),
        "story", finding.story(),
        "schedule", finding.schedule());
  }
}
