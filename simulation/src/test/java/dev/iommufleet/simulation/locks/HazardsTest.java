package dev.iommufleet.simulation.locks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.simulation.Exploration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What no scenario file does, with files of their own. */
@DisplayName("Hazards that reviewers named")
class HazardsTest {
  private static final String MACHINE =
      """
      device d1 emulated 00:02.0
      device d2 passthrough 00:03.0
      setup:
        map 1 201
        entry d1 1 did=5 space=0
        entry d2 1 did=5 space=0
        d1 enable
        d2 enable
        d1 attach
        d2 attach
        qi pc did=5 pasid=1 -> 1
        await 1
      """;

  private static final String PAGE = "thread device:\n  d1 page 2 pasid=1\n";
  private static final String UNPLUG = PAGE + "thread hotplug:\n  d2 detach\n";
  private static final String UNBIND =
      PAGE + "thread vcpu:\n  entry d2 1 absent\n  qi pc did=5 pasid=1 -> 2\n";
  private static final String PLAIN_DMA =
      """
      thread dma:
        d1 dma 1 pasid=1
      thread vcpu:
        unmap 1
        qi piotlb did=5 pasid=1 -> 2
        await 2
      """;
  private static final String PASS_THROUGH =
      """
      thread dma:
        d1 dma 1 pasid=2
      thread vcpu:
        qi piotlb did=5 pasid=1 -> 2
      """;

  private static Cell explore(String threads, String discipline) {
    String setup = MACHINE.replace("setup:\n", "setup:\n  entry d1 2 did=6 space=0 pt\n");
    return LockExploration.of(Exploration.read("mine", setup + threads), Discipline.of(discipline))
        .explore();
  }

  private static String kinds(Cell cell) {
    return cell.findings().stream()
        .map(finding -> finding.verdict().word() + ": " + finding.kind())
        .collect(Collectors.joining(", "));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      nullValues = "safe",
      textBlock =
          """
          no-lock,       race: walk over the table of host devices
          iommu-lock,    safe
          queue-lock,    race: walk over the table of host devices
          callee-global, safe
          device-global, safe
          bottom-half,   safe
          """)
  @DisplayName("A: a page request's flush stands on a record that is freed by unplugging")
  void unplug(String discipline, String found) {
    assertEquals(found == null ? "" : found, kinds(explore(UNPLUG, discipline)));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      nullValues = "safe",
      textBlock =
          """
          no-lock,       race: walk over the bindings of a device
          iommu-lock,    race: walk over the bindings of a device
          callee-global, safe
          device-global, safe
          """)
  @DisplayName("B: bindings change under the global lock alone, also where the table is locked")
  void unbind(String discipline, String found) {
    assertEquals(found == null ? "" : found, kinds(explore(UNBIND, discipline)));
  }

  @Test
  @DisplayName("C2: the first pass-through DMA takes the global lock inside iommu_lock")
  void regionSwitch() {
    assertEquals(
        "deadlock: iommu_lock and the global lock", kinds(explore(PASS_THROUGH, "iommu-lock")));
    assertEquals("", kinds(explore(PASS_THROUGH, "device-global")));
  }

  @Test
  @DisplayName("C3: who translates inside iommu_lock takes it a second time")
  void takenTwice() {
    var discipline = Discipline.read("mine", "like iommu-lock\ncallee iommu\n");
    var cell = LockExploration.of(Exploration.read("mine", MACHINE + PAGE), discipline).explore();

    assertEquals("deadlock: iommu_lock", kinds(cell));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      nullValues = "safe",
      textBlock =
          """
          no-lock,       race: a translation in use
          iommu-lock,    race: a translation in use
          released,      race: a translation in use
          device-global, safe
          """)
  @DisplayName("L: a wait completes while a DMA uses the translation that it took away")
  void translationInUse(String discipline, String found) {
    assertEquals(found == null ? "" : found, kinds(explore(PLAIN_DMA, discipline)));
  }

  @Test
  @DisplayName("L: and with messages the wait is written behind the access")
  void translationInUseWithMessages() {
    assertTrue(Exploration.read("mine", MACHINE + PLAIN_DMA).explore(1).safe());
  }

  @Test
  @DisplayName("no hot-plug and no second thread: nothing can go wrong")
  void alone() {
    for (String discipline : Discipline.names()) {
      assertEquals(List.of(), explore(PAGE, discipline).findings(), discipline);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"B", "C", "O", "Q"})
  @DisplayName("the data decides, not the name: a line more and a row becomes another")
  void data(String scenario) {
    var exploration = Exploration.of(scenario);

    assertSame(exploration, "iommu-lock", "like no-lock\nhost-flush iommu\n");
    assertSame(exploration, "callee-global", "like no-lock\ncallee global\n");
    assertSame(exploration, "released", "like callee-global\ncustom released-around-calls\n");
    assertSame(exploration, "bottom-half", "like no-lock\ncustom bottom-half\n");
  }

  private static void assertSame(Exploration exploration, String name, String text) {
    assertEquals(
        LockExploration.of(exploration, Discipline.of(name)).explore().findings(),
        LockExploration.of(exploration, Discipline.read("mine", text)).explore().findings(),
        name);
  }
}
