package dev.iommufleet.simulation.locks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.simulation.Exploration;
import dev.iommufleet.simulation.ScenarioException;
import dev.iommufleet.simulation.locks.Cell.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Every scenario under every discipline")
class LockTableTest {
  private static LockTable table;

  @BeforeAll
  static void explore() {
    table = LockTable.explore(Exploration.namesWithLocks().stream().map(Exploration::of).toList());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      nullValues = "safe",
      textBlock =
          """
          no-lock          | B race, F race, H race, J race
          iommu-lock       | F race, H race, J race
          caller-global    | C deadlock, F deadlock, G deadlock, G deadlock, I deadlock, O deadlock
          callee-global    | C deadlock, F deadlock, G deadlock, G deadlock, I deadlock, O deadlock
          device-global    | safe
          released         | B torn, C torn, F torn, G torn, G torn, H torn, I torn, J torn, L torn, O late torn, Q torn, Q torn, X torn, X torn
          queue-lock       | B race
          skip-passthrough | B race, F race, H race, J race
          bottom-half      | F late, G late, G late, J late, O late, P late, R late, X late
          first-use        | C deadlock, F race, H race, J race, O deadlock, Q deadlock, Q deadlock
          messages         | safe
          """)
  @DisplayName("ends as the discipline lets it")
  void verdicts(String discipline, String expected) {
    LockTable.Row row =
        table.rows().stream()
            .filter(it -> it.discipline().equals(discipline))
            .findFirst()
            .orElseThrow();

    String found =
        row.cells().stream()
            .filter(cell -> !cell.findings().isEmpty())
            .map(cell -> cell.scenario().charAt(0) + " " + words(cell))
            .collect(Collectors.joining(", "));
    assertEquals(expected == null ? "" : expected, found);
  }

  private static String words(Cell cell) {
    return cell.findings().stream()
        .map(finding -> finding.verdict().word())
        .distinct()
        .collect(Collectors.joining(" "));
  }

  @Test
  @DisplayName("messages are the last row, and safe")
  void messages() {
    List<LockTable.Row> rows = table.rows();

    assertEquals(Exploration.MESSAGES, rows.getLast().discipline());
    assertEquals(Discipline.names().size() + 1, rows.size());
    assertTrue(table.messagesAreSafe());
  }

  @Test
  @DisplayName("the race of the unlocked flush against hot-plug, told in nine steps")
  void scenarioB() {
    Cell cell = cell("B", "no-lock");

    assertEquals(
        List.of(
            "device: takes the lock of d1 to ask for a page",
            "device: checks whether d1 may ask for page 2",
            "device: takes iommu_lock to drop translations",
            "device: drops what the IOTLB holds",
            "device: gives iommu_lock back",
            "device: begins to walk over the table of host devices",
            "hotplug: takes the global lock to plug d3",
            "hotplug: takes iommu_lock to change the table of host devices",
            "hotplug: inserts the record of d3 into it"),
        cell.findings().getFirst().story());
    assertEquals(
        List.of(
            "device: takes the lock of d1 to ask for a page; checks whether d1 may ask for page 2;"
                + " begins to walk over the table of host devices",
            "hotplug: takes the global lock to plug d3; takes iommu_lock to change the table of"
                + " host devices; inserts the record of d3 into it"),
        cell.findings().getFirst().gist());
  }

  private static Cell cell(String scenario, String discipline) {
    return LockExploration.of(Exploration.of(scenario), Discipline.of(discipline)).explore();
  }

  @Test
  @DisplayName("every story that was found runs again and ends the same")
  void replays() {
    var wrong = new ArrayList<String>();
    int count = 0;
    for (LockTable.Row row : table.rows().subList(0, table.rows().size() - 1)) {
      for (Cell cell : row.cells()) {
        for (Finding finding : cell.findings()) {
          count++;
          var again =
              LockExploration.of(Exploration.of(cell.scenario()), Discipline.of(cell.discipline()))
                  .replay(finding.schedule());
          if (!again.equals(finding)) {
            wrong.add(cell.scenario() + " " + cell.discipline() + ": " + again);
          }
        }
      }
    }

    assertEquals(List.of(), wrong);
    assertTrue(count > 30, "stories: " + count);
  }

  @Test
  @DisplayName("a schedule that ends early is safe so far; one that cannot happen is refused")
  void schedules() {
    var exploration = LockExploration.of(Exploration.of("B"), Discipline.of("no-lock"));

    assertEquals(Verdict.SAFE, exploration.replay(List.of("# b", "run device")).verdict());
    assertThrows(ScenarioException.class, () -> exploration.replay(List.of("run os")));
    assertThrows(ScenarioException.class, () -> exploration.replay(List.of("run nobody")));
    assertThrows(ScenarioException.class, () -> exploration.replay(List.of("deliver 1 0")));
  }

  @Test
  @DisplayName("docs/locks-vs-messages.md is what is found today")
  void page() throws IOException {
    Path page = Path.of("../docs/locks-vs-messages.md");

    assertEquals(
        Files.readString(page),
        table.markdown(),
        "iommu-fleet explore --all --discipline all --markdown docs/locks-vs-messages.md");
  }
}
