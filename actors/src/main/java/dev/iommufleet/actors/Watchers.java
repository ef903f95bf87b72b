package dev.iommufleet.actors;

import dev.iommufleet.protocol.api.v1.CaughtUp;
import dev.iommufleet.protocol.api.v1.Lagged;
import dev.iommufleet.protocol.api.v1.Refusal;
import dev.iommufleet.protocol.api.v1.RefusalCode;
import dev.iommufleet.protocol.api.v1.WatchKind;
import dev.iommufleet.protocol.api.v1.WatchRequest;
import dev.iommufleet.protocol.api.v1.WatchResponse;
import dev.iommufleet.protocol.journal.v1.Entry;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Who is told of new entries. A watcher gives credit back for what it took; one that has none left
 * when an entry comes is told that it lagged and is forgotten: it reads the journal and comes back.
 */
final class Watchers {
  /** Entries that may be on their way to a watcher. */
  static final int CREDIT = 64;

  private final int max;
  private final Map<Caller, Watcher> watchers = new HashMap<>(2);

  private static final class Watcher {
    final Set<WatchKind> kinds;
    int credit = CREDIT;

    Watcher(Set<WatchKind> kinds) {
      this.kinds = kinds;
    }
  }

  Watchers(int max) {
    this.max = max;
  }

  boolean isEmpty() {
    return watchers.isEmpty();
  }

  /**
   * Answers with CaughtUp when the watcher has everything and is told of what comes; with Lagged
   * when it has to read the journal up to {@code end} first and then to ask again.
   */
  void watch(Caller caller, WatchRequest request, long end) {
    long from = request.getFromSequence();
    if (Long.compareUnsigned(from, end + 1) > 0) {
      caller.refuse(
          Refusals.of(
              RefusalCode.REFUSAL_CODE_BEYOND_END,
              "entry %s does not exist yet; the last is %d, and 0 means from now on"
                  .formatted(Long.toUnsignedString(from), end)));
      return;
    }
    boolean known = watchers.containsKey(caller);
    if (!known && from != 0 && from <= end) {
      tell(caller, lagged(end));
      return;
    }
    if (!known && watchers.size() >= max) {
      caller.refuse(Refusals.limit("watchers-per-entity", max, watchers.size() + 1L));
      return;
    }
    watchers.computeIfAbsent(caller, _ -> new Watcher(Watched.kinds(request)));
    tell(
        caller,
        WatchResponse.newBuilder()
            .setCaughtUp(CaughtUp.newBuilder().setSequenceNumber(end))
            .build());
  }

  void stop(Caller caller) {
    watchers.remove(caller);
  }

  void credit(Caller caller, int entries) {
    var watcher = watchers.get(caller);
    if (watcher != null) {
      watcher.credit = (int) Math.min(CREDIT, (long) watcher.credit + Math.max(0, entries));
    }
  }

  /** The entry is in the journal. */
  void publish(long sequenceNumber, Entry entry) {
    watchers.entrySet().removeIf(it -> !publish(it.getKey(), it.getValue(), sequenceNumber, entry));
  }

  /** The IOMMU is gone. */
  void end(Refusal why) {
    watchers.keySet().forEach(it -> it.refuse(why));
    watchers.clear();
  }

  private static boolean publish(Caller caller, Watcher watcher, long number, Entry entry) {
    var seen = Watched.of(number, entry, watcher.kinds);
    if (seen.getFactsCount() == 0) {
      return true;
    }
    if (watcher.credit == 0) {
      tell(caller, lagged(number));
      return false;
    }
    watcher.credit--;
    tell(caller, WatchResponse.newBuilder().setEntry(seen).build());
    return true;
  }

  private static WatchResponse lagged(long end) {
    return WatchResponse.newBuilder().setLagged(Lagged.newBuilder().setServedSequence(end)).build();
  }

  private static void tell(Caller caller, WatchResponse response) {
    caller.tell(caller.reply().setWatch(response));
  }
}
