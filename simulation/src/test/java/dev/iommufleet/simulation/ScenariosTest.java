package dev.iommufleet.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Every scenario")
class ScenariosTest {
  private static final Transitions MET = new Transitions();
  private static final List<String> EXPLORED = new ArrayList<>();

  static List<String> names() {
    return Exploration.names();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("names")
  @DisplayName("is safe in every order, and no order is left out")
  void safe(String name) {
    long start = System.nanoTime();
    var exploration = Exploration.of(name);
    var result = exploration.explore(1);
    long micros = (System.nanoTime() - start) / 1_000;

    System.out.printf(
        "%s: %d states, %d steps, %d interleavings, exhaustive %s, %d states/s%n",
        name,
        result.states(),
        result.steps(),
        result.interleavings(),
        result.exhaustive(),
        result.states() * 1_000_000 / micros);
    MET.add(exploration.transitions());
    EXPLORED.add(name);
    assertEquals("", result.what() + String.join("\n", result.story()));
    assertTrue(result.exhaustive(), "cut at " + result.states());
    assertTrue(result.states() > 10, "states " + result.states());
  }

  /** Every event in every state is met, or named in {@code transitions.txt} with the reason. */
  @AfterAll
  static void all() {
    assertEquals(Map.of(), MET.contradictions());
    if (EXPLORED.containsAll(names())) {
      var missing = MET.rows().stream().filter(Transitions.Row::isMissing);
      assertEquals(List.of(), missing.map(Transitions.Row::name).toList());
    }
  }
}
