package dev.iommufleet.actors;

import dev.iommufleet.actors.IommuEvent.Live;
import dev.iommufleet.actors.Segment.SoftFact;
import dev.iommufleet.persistence.journal.EntryFormat;
import dev.iommufleet.persistence.mapping.Facts;
import dev.iommufleet.persistence.store.EntityMarks;
import dev.iommufleet.protocol.api.v1.IommuConfig;
import dev.iommufleet.protocol.api.v1.OperationFacts;
import dev.iommufleet.protocol.journal.v1.Cause;
import dev.iommufleet.protocol.journal.v1.ClientRequest;
import dev.iommufleet.protocol.journal.v1.Created;
import dev.iommufleet.protocol.journal.v1.Deleted;
import dev.iommufleet.protocol.journal.v1.Entry;
import dev.iommufleet.protocol.journal.v1.TimerFired;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Puts together what goes into the journal. */
final class EntryWriter {
  private final EntityEnvironment environment;

  EntryWriter(EntityEnvironment environment) {
    this.environment = environment;
  }

  Live created(String id, IommuConfig config) {
    var cause =
        Cause.newBuilder().setCreated(Created.newBuilder().setIommuId(id).setConfig(config));
    var entry = header(1).setCause(cause).setStateHash(PowerOn.of(config).stateHash).build();
    return new Live(entry, Set.of(), null);
  }

  Live deleted(Incarnation it) {
    var entry =
        header(it)
            .setCause(Cause.newBuilder().setDeleted(Deleted.getDefaultInstance()))
            .setStateHash(it.iommu.stateHash())
            .build();
    return new Live(
        entry,
        it.owed ? Set.of(EntityMarks.DELETED, EntityMarks.SETTLED) : Set.of(EntityMarks.DELETED),
        null);
  }

  /** What the current segment of {@code run} did, and how far it came. */
  Live segment(Incarnation it, Run run, boolean byTimer) {
    var segment = run.segment;
    var entry =
        header(it)
            .setCause(cause(it, run, byTimer))
            .addAllFacts(segment.facts)
            .addAllSoft(grouped(segment.soft))
            .addAllReplies(run.replies.subList(segment.first, run.next))
            .setStateHash(it.iommu.stateHash());
    it.carried.forEach(soft -> entry.addSoftBefore(Facts.write(soft.fact())));
    if (it.full()) {
      entry.setSoftHash(it.iommu.softHash());
    }
    return new Live(entry.build(), tags(it, run), run);
  }

  private static Cause cause(Incarnation it, Run run, boolean byTimer) {
    var cause = Cause.newBuilder();
    if (byTimer) {
      cause.setTimer(
          TimerFired.newBuilder()
              .setName("await")
              .setPosition(run.segment.first)
              .setIncarnation(it.number));
    } else if (run.timer != null) {
      cause.setTimer(run.timer);
    } else if (run.peer != null) {
      cause.setPeer(run.peer);
    } else {
      cause.setClient(run.client());
    }
    if (run.requestEntry == 0) {
      cause.addAllOperations(run.messages);
    } else {
      cause.setRequestEntry(run.requestEntry).setFirstOperation(run.segment.first);
    }
    if (run.requestEntry != 0 || !run.finished()) {
      cause.setExecuted(run.next - run.segment.first);
    }
    return cause.build();
  }

  private static Set<String> tags(Incarnation it, Run run) {
    boolean othersWait =
        it.suspended.keySet().stream().anyMatch(entry -> entry != run.requestEntry);
    boolean owes = !run.finished() || othersWait || it.hardwareOwes();
    return owes == it.owed ? Set.of() : Set.of(owes ? EntityMarks.OWES : EntityMarks.SETTLED);
  }

  private static List<OperationFacts> grouped(List<SoftFact> facts) {
    var groups = new ArrayList<OperationFacts>();
    OperationFacts.Builder group = null;
    for (var soft : facts) {
      if (group == null || group.getOperation() != soft.operation()) {
        if (group != null) {
          groups.add(group.build());
        }
        group = OperationFacts.newBuilder().setOperation(soft.operation());
      }
      group.addFacts(Facts.write(soft.fact()));
    }
    if (group != null) {
      groups.add(group.build());
    }
    return groups;
  }

  private Entry.Builder header(Incarnation it) {
    var entry = header(it.number);
    if (!it.wrote && !it.full()) {
      entry.setCachesEmptySince(it.sequenceNumber);
    }
    return entry;
  }

  private Entry.Builder header(long incarnation) {
    return Entry.newBuilder()
        .setSchema(EntryFormat.SCHEMA)
        .setModelVersion(environment.modelVersion())
        .setTimeUnixNanos(environment.unixNanos().getAsLong())
        .setIncarnation(incarnation);
  }

  /** Without the digest, which few requests need; the default instance where there is no id. */
  static ClientRequest client(dev.iommufleet.protocol.api.v1.ExecuteRequest request) {
    if (!request.hasRequestId()) {
      return ClientRequest.getDefaultInstance();
    }
    return ClientRequest.newBuilder()
        .setSession(request.getRequestId().getSession())
        .setSequence(request.getRequestId().getSequence())
        .build();
  }
}
