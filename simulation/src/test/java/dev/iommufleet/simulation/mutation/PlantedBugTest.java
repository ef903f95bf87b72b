package dev.iommufleet.simulation.mutation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.simulation.ScenarioException;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A planted bug")
class PlantedBugTest {
  private static final int MOST_EVENTS = 20;

  static List<String> bugs() {
    return PlantedBug.all().stream().map(PlantedBug::name).toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bugs")
  @DisplayName("is noticed")
  void noticed(String name) {
    var outcome = PlantedBug.of(name).hunt();

    System.out.printf(
        "%s: %s after %d, %d events: %s%n",
        name, outcome.verdict(), outcome.tried(), outcome.story().size(), outcome.what());
    assertTrue(outcome.found(), "nobody notices " + name);
    assertTrue(
        outcome.story().size() <= MOST_EVENTS,
        outcome.story().size() + " events:\n" + String.join("\n", outcome.story()));
  }

  @Test
  @DisplayName("is one of at least twelve")
  void twelve() {
    assertTrue(new HashSet<>(bugs()).size() >= 12, bugs().toString());
    assertEquals(bugs().size(), new HashSet<>(bugs()).size());
  }

  @Test
  @DisplayName("that does not fit its method is refused")
  void misfits() {
    byte[] bytes = read("dev.iommufleet.hardware.vtd.InvalidationQueue");

    assertThrows(
        IllegalArgumentException.class, () -> Mutator.planted(bytes, "behind", "reversed"));
    assertThrows(IllegalArgumentException.class, () -> Mutator.planted(bytes, "behind", "louder"));
    assertThrows(IllegalArgumentException.class, () -> Mutator.planted(bytes, "absent", "0"));
    assertThrows(ScenarioException.class, () -> PlantedBug.of("luck"));
  }

  private static byte[] read(String name) {
    try {
      return MutantLoader.bytes(name);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }
}
