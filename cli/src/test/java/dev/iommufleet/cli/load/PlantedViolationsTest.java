package dev.iommufleet.cli.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.cli.RunningNode;
import dev.iommufleet.load.check.Judge;
import dev.iommufleet.load.check.Verdict;
import dev.iommufleet.protocol.load.v1.HistoryRecord;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(RunningNode.class)
@DisplayName("checkers over the history of a load")
class PlantedViolationsTest {
  private static List<HistoryRecord> good;

  @BeforeAll
  static void record() throws Exception {
    good = RecordedLoad.run(RunningNode.target(), null);
  }

  private static Verdict judge(List<HistoryRecord> history) {
    return judge(new Judge(new MappedModels()), history);
  }

  private static Verdict judge(Judge judge, List<HistoryRecord> history) {
    history.forEach(judge);
    return judge.verdict();
  }

  @Test
  @DisplayName("find nothing where nothing is wrong, and look at every invariant")
  void good() {
    var verdict = judge(good);

    assertEquals(Map.of(), verdict.violations(), () -> verdict.invariants().toString());
    assertEquals(0, verdict.lost());
    assertEquals(0, verdict.duplicated());
    assertEquals(1, verdict.unfinished());
    assertTrue(verdict.isClean());
    for (Verdict.Judged it : verdict.invariants()) {
      boolean needsPlanting = it.id().equals("I6") || it.id().equals("I9");
      assertTrue(needsPlanting || it.checked() > 0, it.id() + " was not judged");
    }
  }

  static Stream<Planted> planted() {
    return Planted.all().stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("planted")
  @DisplayName("find what was planted, each its own, with evidence")
  void planted(Planted planted) {
    var history = planted.into(good);

    var verdict = judge(history);
    var blind =
        judge(new Judge(new MappedModels(), id -> !id.equals(planted.invariant())), history);

    assertEquals(
        List.of(planted.invariant()),
        List.copyOf(new TreeMap<>(verdict.violations()).keySet()),
        () -> verdict.invariants().toString());
    var found =
        verdict.invariants().stream()
            .filter(it -> it.id().equals(planted.invariant()))
            .findFirst()
            .orElseThrow()
            .first()
            .getFirst();
    assertFalse(found.evidence().isEmpty());
    assertFalse(verdict.isClean());
    assertEquals(planted.lost(), verdict.lost() > 0);
    assertEquals(planted.duplicated(), verdict.duplicated() > 0);
    assertEquals(Map.of(), blind.violations(), "found by another checker");
  }
}
