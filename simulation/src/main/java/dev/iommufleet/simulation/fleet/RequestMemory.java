package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.Guard;
import java.util.ArrayDeque;
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

  private final Map<Long, Window> windows = new HashMap<>();

  /** Entry of the request, 0: it is to be executed; or why it is refused. */
  record Recalled(long entry, String refusal) {
    static final Recalled NEW = new Recalled(0, "");
  }

  RequestMemory copy() {
    var copy = new RequestMemory();
    windows.forEach(
        (session, window) -> {
          var same = new Window();
          same.requests.addAll(window.requests);
          same.forgotten = window.forgotten;
          copy.windows.put(session, same);
        });
    return copy;
  }

  Recalled recall(Message.Ask ask) {
    var window = windows.get(key(ask.id()));
    if (window == null) {
      return begin(ask);
    }
    for (var it : window.requests) {
      if (isRepeat(it.sequence, ask)) {
        return new Recalled(it.entry, "");
      }
    }
    return isTooOld(window.forgotten, ask) ? new Recalled(0, TOO_OLD) : Recalled.NEW;
  }

  private Recalled begin(Message.Ask ask) {
    if (isMidSession(ask)) {
      return new Recalled(0, UNKNOWN);
    }
    windows.put(key(ask.id()), new Window());
    return Recalled.NEW;
  }

  private static long key(Message.Id id) {
    return (long) id.client() << 32 | id.session();
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
    var window = windows.computeIfAbsent(key(asked.id()), _ -> new Window());
    window.requests.add(new Remembered(asked.id().sequence(), entry));
    if (window.requests.size() > WINDOW) {
      window.forgotten = Math.max(window.forgotten, window.requests.remove().sequence());
    }
  }
}
