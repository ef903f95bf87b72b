package dev.iommufleet.actors;

import dev.iommufleet.protocol.api.v1.Fact;
import dev.iommufleet.protocol.api.v1.WatchKind;
import dev.iommufleet.protocol.api.v1.WatchRequest;
import dev.iommufleet.protocol.api.v1.WatchedEntry;
import dev.iommufleet.protocol.api.v1.WatchedFact;
import dev.iommufleet.protocol.journal.v1.Entry;
import java.util.EnumSet;
import java.util.Set;

/** What of an entry a watcher sees. The same for live entries and for those of the journal. */
public final class Watched {
  private Watched() {}

  /** What a request asks for; nothing named means everything. */
  public static Set<WatchKind> kinds(WatchRequest request) {
    var kinds = EnumSet.noneOf(WatchKind.class);
    request.getKindsList().stream().filter(it -> it.getNumber() > 0).forEach(kinds::add);
    if (kinds.isEmpty()) {
      kinds.addAll(EnumSet.allOf(WatchKind.class));
      kinds.remove(WatchKind.WATCH_KIND_UNSPECIFIED);
    }
    return kinds;
  }

  /** Possibly without any fact. */
  public static WatchedEntry of(long sequenceNumber, Entry entry, Set<WatchKind> kinds) {
    var seen =
        WatchedEntry.newBuilder()
            .setSequenceNumber(sequenceNumber)
            .setTimeUnixNanos(entry.getTimeUnixNanos());
    int index = 0;
    for (var group : entry.getFactsList()) {
      for (var fact : group.getFactsList()) {
        if (kinds.contains(kind(fact))) {
          seen.addFacts(
              WatchedFact.newBuilder()
                  .setIndex(index)
                  .setOperation(group.getOperation())
                  .setFact(fact));
        }
        index++;
      }
    }
    return seen.build();
  }

  private static WatchKind kind(Fact fact) {
    return switch (fact.getKindCase()) {
      case INTERRUPT_SENT -> WatchKind.WATCH_KIND_INTERRUPT;
      case FAULT_DETECTED, FAULT_RECORDED, QUEUE_ERROR_RAISED, WALK_CUT ->
          WatchKind.WATCH_KIND_FAULT;
      case NOTIFIED, PAGE_GROUP_RESPONDED, INTERRUPT_ENTRIES_INVALIDATED ->
          WatchKind.WATCH_KIND_NOTIFICATION;
      case DEVICE_ATTACHED,
          DEVICE_DETACHING,
          DEVICE_DETACHED,
          COMMAND_FAILED,
          BINDING_LIMIT_REACHED ->
          WatchKind.WATCH_KIND_DEVICE;
      case COMMAND_POSTED -> WatchKind.WATCH_KIND_COMMAND;
      case MEMORY_WRITTEN ->
          switch (fact.getMemoryWritten().getKind()) {
            case WRITE_KIND_WAIT_STATUS -> WatchKind.WATCH_KIND_STATUS_WRITE;
            case WRITE_KIND_PAGE_REQUEST -> WatchKind.WATCH_KIND_PAGE_REQUEST;
            default -> WatchKind.WATCH_KIND_UNSPECIFIED;
          };
      default -> WatchKind.WATCH_KIND_UNSPECIFIED;
    };
  }
}
