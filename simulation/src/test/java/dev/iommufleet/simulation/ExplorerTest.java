package dev.iommufleet.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The explorer")
class ExplorerTest {

  /** Threads that count, each on its own, and one place that they may share. */
  private static final class Counters implements Explorable<Counters> {
    final int[] counts;
    final int steps;
    final boolean shared;
    int seen = -1;
    boolean torn;

    Counters(int threads, int steps, boolean shared) {
      this(new int[threads], steps, shared);
    }

    private Counters(int[] counts, int steps, boolean shared) {
      this.counts = counts;
      this.steps = steps;
      this.shared = shared;
    }

    @Override
    public Counters fork() {
      var fork = new Counters(counts.clone(), steps, shared);
      fork.seen = seen;
      fork.torn = torn;
      return fork;
    }

    @Override
    public long hash() {
      long hash = seen * 1_000_003L;
      for (int i = 0; i < counts.length; i++) {
        hash += (counts[i] + 1) * (0x9E37_79B9_7F4A_7C15L >>> i * 7 | 1);
      }
      return hash;
    }

    @Override
    public List<Choice> choices() {
      List<Choice> choices = new ArrayList<>();
      for (int i = 0; i < counts.length; i++) {
        if (counts[i] < steps) {
          choices.add(new Choice(Choice.Kind.STEP, shared ? 0 : i, i));
        }
      }
      return choices;
    }

    /** In the shared form, even steps note who is in, odd ones expect to find the same. */
    @Override
    public void take(Choice choice) {
      int count = counts[choice.which()]++;
      if (shared && count % 2 == 0) {
        seen = choice.which();
      } else if (shared) {
        torn |= seen != choice.which();
      }
    }

    @Override
    public String broken() {
      return torn ? "torn" : null;
    }
  }

  @ParameterizedTest(name = "{0} threads of {1} steps")
  @CsvSource({"2, 2, 9, 6", "3, 2, 27, 90", "2, 5, 36, 252", "4, 3, 256, 369600"})
  @DisplayName("visits each state once and counts every order")
  void counts(int threads, int steps, long states, long interleavings) {
    Explored explored = new Explorer<>(new Counters(threads, steps, false), 1_000_000).explore();

    assertEquals(states, explored.states());
    assertEquals(interleavings, explored.interleavings());
    assertEquals(states - 1, explored.steps(), "of orders that commute one is executed");
    assertTrue(explored.exhaustive());
    assertNull(explored.violation());
  }

  @Test
  @DisplayName("finds what only one order breaks, and its shortest story")
  void finds() {
    var explorer = new Explorer<>(new Counters(2, 4, true), 1_000_000);
    Explored explored = explorer.explore();

    assertNotNull(explored.violation());
    assertEquals("torn", explored.violation().what());
    assertEquals(3, explorer.shortest(explored.violation(), 1_000_000).schedule().size());
  }

  @Test
  @DisplayName("says that it stopped before the end")
  void limited() {
    Explored explored = new Explorer<>(new Counters(3, 5, false), 50).explore();

    assertEquals(50, explored.states());
    assertEquals(false, explored.exhaustive());
  }

  @Test
  @DisplayName("draws the same schedules from the same seed")
  void samples() {
    var start = new Counters(3, 20, false);

    Explored one = new Explorer<>(start, 1_000_000).sample(7, 50, 100);
    Explored other = new Explorer<>(start, 1_000_000).sample(7, 50, 100);

    assertEquals(one, other);
    assertEquals(50, one.interleavings());
    assertEquals(3_000, one.steps());
  }
}
