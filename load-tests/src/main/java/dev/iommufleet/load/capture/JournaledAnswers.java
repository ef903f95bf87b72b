package dev.iommufleet.load.capture;

/**
 * What can be compared with an answer that a journal had kept: everything but traces, and without
 * the order between facts about caches and all others, which are kept apart there.
 */
final class JournaledAnswers {

  private JournaledAnswers() {}

  /** The capture's events in the journal's order; those that only traces tell are counted. */
  static EventList wanted(EventList expected, Report report) {
    var kept = new EventList();
    for (int i = 0; i < expected.size(); i++) {
      if (isTrace(expected.get(i).type)) {
        report.notCompared(Kind.of(expected.get(i).type));
      } else {
        kept.add(expected.get(i));
      }
    }
    return given(kept);
  }

  /** Cache events behind the others, otherwise in order. */
  static EventList given(EventList events) {
    var ordered = new EventList();
    for (boolean cache : new boolean[] {false, true}) {
      for (int i = 0; i < events.size(); i++) {
        if (isCache(events.get(i).type) == cache) {
          ordered.add(events.get(i));
        }
      }
    }
    return ordered;
  }

  private static boolean isCache(EventType type) {
    return switch (type) {
      case IOTLB_INSERT, IOTLB_REMOVE, CC_INVALIDATE, CC_RESET -> true;
      default -> false;
    };
  }

  private static boolean isTrace(EventType type) {
    return switch (type) {
      case SWITCH_AS,
          PASID_CACHE_RESET,
          PASID_CACHE_SYNC,
          PASID_CACHE_ENTRY,
          TRANSLATE_BEGIN,
          TRANSLATE_END,
          IR_BEGIN,
          IR_END,
          IR_RANGE_ACCESS,
          IR_RANGE_ACCESS_END,
          IR_TRANSLATED_ACCESS,
          IR_TRANSLATED_ACCESS_END ->
          true;
      default -> false;
    };
  }
}
