package dev.iommufleet.simulation.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A schedule of a fleet")
class FleetScheduleTest {
  private static final List<String> LINES =
      List.of(
          "fleet nodes=2 iommus=3 devices=2",
          "seed 17",
          "at 1200 guest 2 #4 dma-ats slot=1 pasid=3 space=0 page=11 count=1",
          "at 3400 disturb crash node=1 for=25000",
          "at 5600 disturb failing-journal entity=8 for=1");

  @Test
  @DisplayName("is read as it was written")
  void roundTrip() {
    assertEquals(LINES, FleetSchedule.read(LINES).lines());
  }

  @Test
  @DisplayName("may have comments")
  void comments() {
    var commented = List.of("# I1: told", LINES.get(0), "", LINES.get(1));

    assertEquals(LINES.subList(0, 2), FleetSchedule.read(commented).lines());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          at 1 disturb crash node=2 for=1 | line 2 of the schedule: node is 2; 0 to 1 are possible
          at 1 disturb rain node=0 for=1 | line 2 of the schedule: nothing is named 'rain'
          at x disturb crash node=0 for=1 | line 2 of the schedule: the time is 'x', which is no number
          at 1 guest 3 #1 boot slot=0 | line 2 of the schedule: guest is 3; 0 to 2 are possible
          at 1 guest 1 #1 boot slot=0 | line 2 of the schedule: pasid= is missing
          at 1 disturb crash node | line 2 of the schedule: 'node' is not NAME=NUMBER
          crash | line 2 of the schedule: no line begins with 'crash'
          """)
  @DisplayName("that cannot be is refused by the line")
  void refused(String line, String message) {
    var lines = List.of(LINES.getFirst(), line.strip());

    var refused = assertThrows(ScheduleException.class, () -> FleetSchedule.read(lines));

    assertEquals(message.strip(), refused.getMessage());
  }

  @Test
  @DisplayName("says how large the fleet is before anything else")
  void sizeFirst() {
    var noSize = LINES.subList(1, 3);

    var refused = assertThrows(ScheduleException.class, () -> FleetSchedule.read(noSize));

    assertEquals("line 2 of the schedule: the line 'fleet …' comes first", refused.getMessage());
  }
}
