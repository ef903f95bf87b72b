package dev.iommufleet.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.simulation.Transitions.Row;
import dev.iommufleet.simulation.fleet.FleetConfig;
import dev.iommufleet.simulation.fleet.FleetRun;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Which events are met in which states")
class TransitionsTest {
  private static Row row(Transitions transitions, String name) {
    return transitions.rows().stream()
        .filter(row -> row.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  @DisplayName("three tables have 328 pairs; 14 of them cannot be met")
  void universe() {
    List<Row> rows = new Transitions().rows();

    assertEquals(256, rows.stream().filter(row -> row.table().equals("device")).count());
    assertEquals(44, rows.stream().filter(row -> row.table().equals("link")).count());
    assertEquals(28, rows.stream().filter(row -> row.table().equals("queue")).count());
    assertEquals(14, rows.stream().filter(row -> !row.impossible().isEmpty()).count());
    assertEquals(328, rows.stream().map(Row::name).distinct().count());
  }

  @Test
  @DisplayName("an exploration counts what it meets, and nothing that cannot be")
  void counts() {
    var exploration = Exploration.of("Z-link-down");

    exploration.explore(1);

    var met = exploration.transitions();
    assertTrue(row(met, "device DETACHING, link down: SetLink").times() > 0);
    assertEquals(0, row(met, "device DETACHED: told Bind").times());
    assertTrue(row(met, "device DETACHED: told Bind").isMissing());
    assertEquals(Map.of(), met.contradictions());
  }

  @Test
  @DisplayName("a fleet counts as well, in all three tables")
  void fleet() {
    var met = FleetRun.run(FleetConfig.DEFAULT, 1, 5_000).transitions();

    assertTrue(row(met, "device ATTACHED: told Bind").times() > 0);
    assertTrue(row(met, "link attached: Answered").times() > 0);
    assertTrue(row(met, "queue idle: IQT").times() > 0);
    assertEquals(Map.of(), met.contradictions());
  }

  @Test
  @DisplayName("a pair that is met although it is named as impossible is told with the reason")
  void contradiction() {
    var met = new Transitions();

    met.add(List.of("2 device ATTACHED: Ended", "1 device ATTACHED: SetLink"));

    assertEquals(1, met.contradictions().size());
    String why = met.contradictions().get("device ATTACHED: Ended");
    assertTrue(why.startsWith("the IOMMU says so when"), why);
    assertEquals(2, row(met, "device ATTACHED: Ended").times());
    assertFalse(row(met, "device ATTACHED: Ended").isMissing());
  }

  @Test
  @DisplayName("what was met can be kept and read again")
  void kept() {
    var met = new Transitions();
    met.add(List.of("1 queue off: GCMD"));
    met.add(List.of("2 queue off: GCMD", "7 link another's: Detach"));

    assertEquals(List.of("7 link another's: Detach", "3 queue off: GCMD"), met.lines());
    assertThrows(IllegalArgumentException.class, () -> met.add(List.of("GCMD")));
  }
}
