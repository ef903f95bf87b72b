package dev.iommufleet.simulation.fleet;

import java.util.PriorityQueue;
import java.util.function.Supplier;

/** What will happen, by time and then by the order in which it was put down. */
final class Agenda {
  private static final long PLANNED = 1L << 60;

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long numbers;
  private long now;

  /** Where something happens: at a process, which may be dead by then; node -1: anywhere. */
  record Place(int node, int life) {
    static final Place OUTSIDE = new Place(-1, 0);
  }

  /**
   * @param key what it is, for the hash of the run
   * @param text one line for people; may give null: not worth a line
   */
  record Event(
      long time, long number, Place place, long key, Runnable action, Supplier<String> text)
      implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(time, other.time);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  /** Microseconds since the start. */
  long now() {
    return now;
  }

  void at(long time, Place place, long key, Runnable action, Supplier<String> text) {
    events.add(new Event(Math.max(time, now), numbers++, place, key, action, text));
  }

  /** Comes before whatever else happens at that time; {@code rank} orders such events. */
  void planned(long time, long rank, long key, Runnable action, Supplier<String> text) {
    events.add(new Event(time, rank - PLANNED, Place.OUTSIDE, key, action, text));
  }

  /** As {@link #at}; a timer or the like, which nobody tells of. */
  void quietly(long time, Place place, long key, Runnable action) {
    at(time, place, key, action, () -> null);
  }

  void again(Event event, long time) {
    at(time, event.place(), event.key(), event.action(), event.text());
  }

  /** Null: nothing will happen any more. */
  Event next() {
    Event event = events.poll();
    if (event != null) {
      now = event.time();
    }
    return event;
  }

  /** When the next thing happens; {@link Long#MAX_VALUE}: never. */
  long nextTime() {
    return events.isEmpty() ? Long.MAX_VALUE : events.peek().time();
  }
}
