package dev.iommufleet.load.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.load.bench.Figure.Better;
import dev.iommufleet.load.bench.Figure.Goal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("benchmarks")
class BenchmarksTest {

  static List<Benchmark> benchmarks() {
    return Benchmarks.ofModel(Optional.empty());
  }

  @ParameterizedTest
  @MethodSource("benchmarks")
  @DisplayName("still run, check what they measure and give figures of their own names")
  void run(Benchmark benchmark) throws Exception {
    List<Figure> figures = benchmark.run(Effort.SMOKE);

    var names = figures.stream().map(Figure::name).toList();
    assertFalse(figures.isEmpty());
    assertEquals(new HashSet<>(names).size(), names.size(), names::toString);
    for (Figure figure : figures) {
      assertTrue(Double.isFinite(figure.value()) && figure.runs() > 0, figure::toString);
    }
  }

  @Test
  @DisplayName("a figure is the median of its runs, its spread the share between the outermost")
  void figureOfRuns() {
    var goal = Goal.atMost(40, "ns", "hit", "by hand");

    var odd = goal.of(List.of(30.0, 50.0, 20.0));
    var even = goal.of(List.of(60.0, 40.0, 50.0, 20.0));

    assertEquals(new Figure("hit", 30, "ns", Better.LOWER, 3, 1, 40, "by hand"), odd);
    assertEquals(45, even.value());
  }

  @Test
  @DisplayName("a target is reached from its better side, and where nothing is asked")
  void targets() {
    var runs = new ArrayList<>(List.of(5.0));

    assertTrue(Goal.atMost(5, "ns", "a", "").of(runs).isReached());
    assertFalse(Goal.atMost(4.9, "ns", "a", "").of(runs).isReached());
    assertTrue(Goal.atLeast(5, "1/s", "a", "").of(runs).isReached());
    assertFalse(Goal.atLeast(5.1, "1/s", "a", "").of(runs).isReached());
    assertTrue(Goal.none("pages", Better.LOWER, "a", "").of(runs).isReached());
  }
}
