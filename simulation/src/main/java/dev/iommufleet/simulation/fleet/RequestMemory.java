package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.Guard;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/** Which requests of which client are in the journal: a window of the newest of each. */
final class RequestMemory {
  /** Small, so that what falls out of it is met. */
  static final int WINDOW = 4;

  static final String TOO_OLD = "too old";
  static final String UNKNOWN = "unknown session";

  private record Remembered(long sequence, long entry) {}

  private static final class Window {
    final ArrayDeque<Remembered> requests = new ArrayDeque<>(WINDOW + 1);
    long forgotten;
  }

  private final Map<Integer, Window> windows = new HashMap<>();

  /** Entry of the request, 0: it is to be executed; or why it is refused. */
  record Recalled(long entry, String refusal) {
    static final Recalled NEW = new Recalled(0, "");
  }

  RequestMemory copy() {
    var copy = new RequestMemory();
    windows.forEach(
        (client, window) -> {
          var same = new Window();
          same.requests.addAll(window.requests);
          same.forgotten = window.forgotten;
          copy.windows.put(client, same);
        });
    return copy;
  }

  Recalled recall(Message.Ask ask) {
    var window = windows.get(ask.client());
    if (window == null) {
      return isMidSession(ask) ? new Recalled(0, UNKNOWN) : Recalled.NEW;
    }
    for (var it : window.requests) {
      if (isRepeat(it.sequence, ask)) {
        return new Recalled(it.entry, "");
      }
    }
    return isTooOld(window.forgotten, ask) ? new Recalled(0, TOO_OLD) : Recalled.NEW;
  }

  /** Whether anything of the request's session is in the journal. */
  boolean knows(Message.Ask ask) {
    return windows.containsKey(ask.client());
  }

  /** A session that is not known begins with its first request. */
  boolean isMidSession(Message.Ask ask) {
    return ask.sequence() != 1;
  }

  /** What is in the journal is answered, not executed. */
  @Guard(value = "fleet-repeat-is-answered", without = "false")
  boolean isRepeat(long known, Message.Ask ask) {
    return known == ask.sequence();
  }

  /** What fell out of the window may have been executed. */
  @Guard(value = "fleet-forgotten-is-refused", without = "false")
  boolean isTooOld(long forgotten, Message.Ask ask) {
    return ask.sequence() <= forgotten;
  }

  void remember(Entry.Cause.Asked asked, long entry) {
    var window = windows.computeIfAbsent(asked.id().client(), _ -> new Window());
    window.requests.add(new Remembered(asked.id().sequence(), entry));
    if (window.requests.size() > WINDOW) {
      var lowest = Collections.min(window.requests, Comparator.comparingLong(Remembered::sequence));
      window.requests.remove(lowest);
      window.forgotten = Math.max(window.forgotten, lowest.sequence());
    }
  }
}
