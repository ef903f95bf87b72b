package dev.iommufleet.simulation.locks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.simulation.ScenarioException;
import dev.iommufleet.simulation.locks.Discipline.Custom;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A lock discipline")
class DisciplineTest {
  static List<String> names() {
    return Discipline.names();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("names")
  @DisplayName("says what it is, what was argued, and the locks of a register access")
  void complete(String name) {
    var discipline = Discipline.of(name);

    assertEquals(name, discipline.name());
    assertFalse(discipline.title().isBlank());
    assertTrue(discipline.explains().endsWith("."), discipline.explains());
    assertTrue(discipline.argued().endsWith("."), discipline.argued());
    assertEquals(List.of(LockName.GLOBAL), discipline.at(Place.MMIO));
  }

  @Test
  @DisplayName("is data: places with locks, outermost first, and customs")
  void reads() {
    var discipline =
        Discipline.read(
            "mine",
            """
            # comment
            title     one line
            explains  First
            explains  and second.
            mmio        global
            new-object  global iommu
            host-flush  none
            custom      bottom-half
            """);

    assertEquals("one line", discipline.title());
    assertEquals("First and second.", discipline.explains());
    assertEquals(List.of(LockName.GLOBAL, LockName.IOMMU), discipline.at(Place.NEW_OBJECT));
    assertEquals(List.of(), discipline.at(Place.HOST_FLUSH));
    assertEquals(List.of(), discipline.at(Place.QUEUE), "what is not said has no lock");
    assertTrue(discipline.has(Custom.BOTTOM_HALF));
    assertFalse(discipline.has(Custom.RELEASED_AROUND_CALLS));
  }

  @Test
  @DisplayName("may be like another but for some lines")
  void like() {
    var discipline = Discipline.read("mine", "like released\nqueue queue iommu\n");

    assertEquals(List.of(LockName.GLOBAL), discipline.at(Place.CALLEE));
    assertEquals(List.of(LockName.QUEUE, LockName.IOMMU), discipline.at(Place.QUEUE));
    assertTrue(discipline.has(Custom.RELEASED_AROUND_CALLS));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"mmio", "mmio big", "nowhere global", "custom shouting", "like nothing"})
  @DisplayName("that cannot be read is refused by its line")
  void refused(String line) {
    var refused =
        assertThrows(ScenarioException.class, () -> Discipline.read("mine", "title x\n" + line));

    assertTrue(refused.getMessage().startsWith("mine line 2: '" + line), refused.getMessage());
  }

  @Test
  @DisplayName("that is not there is refused with those that are")
  void unknown() {
    var refused = assertThrows(ScenarioException.class, () -> Discipline.of("big-lock"));

    assertTrue(refused.getMessage().contains("messages and these are: no-lock, iommu-lock"));
  }
}
