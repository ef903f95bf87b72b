package dev.iommufleet.load.capture;

/** Events in order, used again after {@link #clear}. */
final class EventList {
  /** Events kept for use after {@link #clear}. */
  private static final int KEPT = 1 << 12;

  private Event[] events = new Event[16];
  private int size;

  Event add() {
    if (size == events.length) {
      events = java.util.Arrays.copyOf(events, size * 2);
    }
    Event event = events[size];
    if (event == null) {
      event = new Event();
      events[size] = event;
    }
    size++;
    return event;
  }

  /** Adds this very event, which another list owns. */
  void add(Event event) {
    add();
    events[size - 1] = event;
  }

  Event get(int index) {
    return events[index];
  }

  int size() {
    return size;
  }

  /** Takes away the last events; they may still be read until the next {@link #add}. */
  void cut(int newSize) {
    size = newSize;
  }

  void clear() {
    if (events.length > KEPT) {
      events = java.util.Arrays.copyOf(events, KEPT);
    }
    size = 0;
  }
}
