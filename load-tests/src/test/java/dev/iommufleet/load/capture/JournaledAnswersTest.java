package dev.iommufleet.load.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Answers out of a journal")
class JournaledAnswersTest {

  private static EventList events(EventType... types) {
    var list = new EventList();
    for (var type : types) {
      list.add().start(type, 1);
    }
    return list;
  }

  private static List<EventType> types(EventList list) {
    var types = new ArrayList<EventType>();
    for (int i = 0; i < list.size(); i++) {
      types.add(list.get(i).type);
    }
    return types;
  }

  @Test
  @DisplayName("what only traces tell is counted as not compared; facts about caches come last")
  void wanted() {
    var report = new Report("file", 0);
    var expected =
        events(
            EventType.PASID_CACHE_SYNC,
            EventType.IOTLB_REMOVE,
            EventType.MEM_WRITE,
            EventType.SWITCH_AS,
            EventType.MSI);

    var kept = JournaledAnswers.wanted(expected, report);

    assertEquals(List.of(EventType.MEM_WRITE, EventType.MSI, EventType.IOTLB_REMOVE), types(kept));
    assertEquals(Map.of(Kind.PASID_CACHE, 1L, Kind.ADDRESS_SPACE, 1L), report.notCompared());
  }

  @Test
  @DisplayName("what the journal gives is put into the same order, and nothing is dropped")
  void given() {
    var kept = JournaledAnswers.given(events(EventType.IOTLB_INSERT, EventType.FAULT));

    assertEquals(List.of(EventType.FAULT, EventType.IOTLB_INSERT), types(kept));
  }
}
