package dev.iommufleet.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Every scenario")
class ScenariosTest {
  static List<String> names() {
    return Exploration.names();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("names")
  @DisplayName("is safe in every order, and no order is left out")
  void safe(String name) {
    long start = System.nanoTime();
    var result = Exploration.of(name).explore(1);
    long micros = (System.nanoTime() - start) / 1_000;

    System.out.printf(
        "%s: %d states, %d steps, %d interleavings, exhaustive %s, %d states/s%n",
        name,
        result.states(),
        result.steps(),
        result.interleavings(),
        result.exhaustive(),
        result.states() * 1_000_000 / micros);
    assertEquals("", result.what() + String.join("\n", result.story()));
    assertTrue(result.exhaustive(), "cut at " + result.states());
    assertTrue(result.states() > 10, "states " + result.states());
  }
}
