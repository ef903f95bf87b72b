package dev.iommufleet.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Guests that err on purpose: what watches over the scenarios has to see it. */
@DisplayName("A broken promise is found")
class JudgeTest {
  private static final String BOUND =
      """
      device d1 passthrough 00:03.0
      setup:
        map 1 201
        entry d1 1 did=5 space=0
        d1 enable
        d1 attach
        qi pc did=5 pasid=1 -> 1
        await 1
        d1 dma 1 pasid=1
      thread vcpu:
      """;

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          I1: | race | unmap 1 ; qi piotlb did=6 pasid=1 -> 2 ; await 2
          I2: | race | entry d1 2 did=7 space=1 ; qi pc did=6 pasid=2 -> 2 ; await 2
          deadlock: | deadlock | await 9
          late: | late | d1 link down ; qi piotlb did=5 pasid=1 -> 2
          """)
  @DisplayName("and told with its verdict and the shortest schedule, which runs again")
  void found(String what, String verdict, String steps) {
    var exploration =
        Exploration.read("erring", BOUND + "  " + steps.strip().replace(" ; ", "\n  ") + "\n");
    var result = exploration.explore(1);

    assertTrue(result.what().startsWith(what), result.what());
    assertEquals(verdict, result.verdict());
    assertFalse(result.safe());
    assertEquals(result.schedule().size(), result.story().size());
    assertEquals(result.what(), exploration.replay(result.schedule()).what());
  }

  @Test
  @DisplayName("a schedule that cannot happen is refused by the event")
  void impossible() {
    var exploration = Exploration.read("erring", BOUND + "  unmap 1\n");
    var refused =
        assertThrows(ScenarioException.class, () -> exploration.replay(List.of("deliver 1 0")));

    assertTrue(refused.getMessage().startsWith("event 1 of the schedule cannot happen"));
  }
}
