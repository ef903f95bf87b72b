package dev.iommufleet.simulation.locks;

import dev.iommufleet.simulation.Exploration;
import dev.iommufleet.simulation.locks.Cell.Finding;
import java.util.ArrayList;
import java.util.List;

/**
 * Every scenario under every discipline, messages last. All rows let threads run and messages
 * arrive in every order; nobody crashes, and nothing is lost or repeated.
 */
public final class LockTable {
  private final List<Exploration> explorations;
  private final List<Row> rows;

  private LockTable(List<Exploration> explorations, List<Row> rows) {
    this.explorations = explorations;
    this.rows = rows;
  }

  /** {@code cells}: in the order of the scenarios. */
  public record Row(String discipline, String title, List<Cell> cells) {}

  public static LockTable explore(List<Exploration> explorations) {
    List<Row> rows = new ArrayList<>();
    for (String name : Discipline.names()) {
      var discipline = Discipline.of(name);
      rows.add(
          new Row(
              name,
              discipline.title(),
              explorations.stream()
                  .map(it -> LockExploration.of(it, discipline).explore())
                  .toList()));
    }
    rows.add(
        new Row(
            Exploration.MESSAGES,
            "messages between actors",
            explorations.stream().map(LockTable::messages).toList()));
    return new LockTable(List.copyOf(explorations), List.copyOf(rows));
  }

  private static Cell messages(Exploration exploration) {
    var result = exploration.withoutMishaps().explore(1);
    if (result.safe()) {
      if (!result.exhaustive()) {
        throw new IllegalStateException(result.name() + " is not explored to its end");
      }
      return new Cell(result.name(), Exploration.MESSAGES, result.states(), List.of());
    }
    var verdict = Verdict.of(result.verdict());
    return new Cell(
        result.name(),
        Exploration.MESSAGES,
        result.states(),
        List.of(
            new Finding(
                verdict,
                result.what(),
                result.what(),
                result.story(),
                result.story(),
                result.schedule())));
  }

  /** Names, in the order of each row's cells. */
  public List<String> scenarios() {
    return explorations.stream().map(Exploration::name).toList();
  }

  /** The same, one line each. */
  public List<String> titles() {
    return explorations.stream().map(Exploration::title).toList();
  }

  public List<Row> rows() {
    return rows;
  }

  /** Whether anything is found in a column. */
  public boolean isSafe(int scenario) {
    return rows.stream().allMatch(row -> row.cells().get(scenario).findings().isEmpty());
  }

  /** The table as a page for people. */
  public String markdown() {
    return LockPage.write(this);
  }

  /** Whether the last row, messages, is safe. */
  public boolean messagesAreSafe() {
    return rows.getLast().cells().stream().allMatch(cell -> cell.findings().isEmpty());
  }
}
