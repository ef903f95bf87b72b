package dev.iommufleet.actors;

import dev.iommufleet.actors.Segment.SoftFact;
import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.hardware.vtd.QueueProgress;
import dev.iommufleet.persistence.journal.EntryFormat;
import dev.iommufleet.persistence.mapping.EntryFacts;
import dev.iommufleet.persistence.mapping.Facts;
import dev.iommufleet.protocol.api.v1.IommuConfig;
import dev.iommufleet.protocol.api.v1.JournalLevel;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.journal.v1.Cause;
import dev.iommufleet.protocol.journal.v1.ClientRequest;
import dev.iommufleet.protocol.journal.v1.Entry;
import dev.iommufleet.protocol.journal.v1.Snapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An IOMMU in memory, from one start of its entity to the next: the hardware and what the shell
 * knows beside it. Changes in place; thrown away as a whole when anything fails.
 */
final class Incarnation extends EntityIncarnation {
  final String id;
  final IommuConfig config;
  final Iommu iommu;
  final Turn turn;
  final RequestMemory memory;
  final Watchers watchers;

  /**
   * Requests that wait or were interrupted by a crash, by the entry that holds their operations.
   */
  final Map<Long, Run> suspended = new LinkedHashMap<>(2);

  /** Devices of the fleet that are attached. */
  final AttachedPeers peers = new AttachedPeers();

  /** Soft facts of requests that were answered without an entry. */
  final List<SoftFact> carried = new ArrayList<>(0);

  /** The request that holds the entity between two turns; null: none. */
  Run running;

  /** Since when the queue is parked; 0: it is not. */
  long parkedSinceNanos;

  private Incarnation(String id, IommuConfig config, EntityLimits limits) {
    super("IOMMU " + id);
    this.id = id;
    var powerOn = PowerOn.of(config);
    this.config = powerOn.config;
    this.iommu = powerOn.iommu();
    this.turn = new Turn(iommu, limits);
    this.memory = new RequestMemory(limits);
    this.watchers = new Watchers(limits.watchers());
  }

  /** From the entry that created the IOMMU. */
  static Incarnation of(IommuEvent event, EntityLimits limits) {
    var created = event.entry().getCause().getCreated();
    var incarnation = new Incarnation(created.getIommuId(), created.getConfig(), limits);
    incarnation.createdNanos = event.entry().getTimeUnixNanos();
    incarnation.count(event);
    return incarnation;
  }

  static Incarnation of(Snapshot snapshot, EntityLimits limits) {
    var it = new Incarnation(snapshot.getIommuId(), snapshot.getConfig(), limits);
    snapshot.getFactsList().forEach(fact -> it.iommu.apply(Facts.read(fact)));
    if (it.full()) {
      snapshot.getSoftList().forEach(fact -> it.iommu.apply(Facts.read(fact)));
    }
    it.memory.restore(snapshot.getSessionsList(), snapshot.getSessionsDisplaced());
    for (var waiting : snapshot.getSuspendedList()) {
      var run =
          Run.resumed(waiting.getOperationsList(), waiting.getClient(), waiting.getRequestEntry());
      run.peer = waiting.hasPeer() ? waiting.getPeer() : null;
      waiting.getRepliesList().forEach(run::answer);
      run.waitsForQueue = waiting.getWaitsForQueue();
      it.suspended.put(run.requestEntry, run);
    }
    it.peers.restore(snapshot.getPeersList());
    it.restored(
        new SnapshotHead(
            snapshot.getSequenceNumber(),
            snapshot.getIncarnation(),
            snapshot.getCreatedUnixNanos(),
            snapshot.getModelVersion(),
            snapshot.getStateHash(),
            snapshot.getSerializedSize()));
    it.parkedSinceNanos = snapshot.getParkedSinceUnixNanos();
    it.owed = it.owes();
    return it;
  }

  boolean full() {
    return config.getJournalLevel() == JournalLevel.JOURNAL_LEVEL_FULL;
  }

  @Override
  long stateHash() {
    return iommu.stateHash();
  }

  /** Something that must go on after a restart without being asked. */
  boolean owes() {
    return !suspended.isEmpty() || hardwareOwes();
  }

  /** The queue has work, or a device has not answered. */
  boolean hardwareOwes() {
    if (iommu.progress() != QueueProgress.IDLE) {
      return true;
    }
    var view = iommu.view();
    return view.devices().stream().anyMatch(it -> !view.unanswered(it.sourceId()).isEmpty());
  }

  boolean neededInMemory() {
    return running != null || owes() || !watchers.isEmpty();
  }

  void apply(IommuEvent event) {
    switch (event) {
      case IommuEvent.Live live -> {
        carried.clear();
        count(event);
        advance(live.run());
      }
      case IommuEvent.Stored(var entry) -> {
        applyFacts(entry);
        count(event);
        advance(resumedBy(entry));
      }
    }
    if (!iommu.holdsRequestsBack()) {
      suspended.values().forEach(run -> run.waitsForQueue = false);
    }
    peers.apply(sequenceNumber, event.entry(), iommu.view());
    parkedSinceNanos =
        iommu.progress() != QueueProgress.PARKED
            ? 0
            : parkedSinceNanos == 0 ? event.entry().getTimeUnixNanos() : parkedSinceNanos;
    owed = owes();
  }

  private void applyFacts(Entry entry) {
    EntryFormat.check(entry);
    var operations = operations(entry.getCause());
    EntryFacts.read(operations, entry.getFactsList(), (_, fact) -> iommu.apply(fact));
    if (full()) {
      entry.getSoftBeforeList().forEach(fact -> iommu.apply(Facts.read(fact)));
      EntryFacts.read(operations, entry.getSoftList(), (_, fact) -> iommu.apply(fact));
    }
  }

  private List<Operation> operations(Cause cause) {
    return cause.getRequestEntry() == 0
        ? cause.getOperationsList()
        : interrupted(cause.getRequestEntry()).messages;
  }

  private Run interrupted(long requestEntry) {
    var run = suspended.get(requestEntry);
    if (run == null) {
      throw new IllegalStateException(
          "IOMMU %s: entry %d goes on with the request of entry %d, but suspended are %s"
              .formatted(id, sequenceNumber + 1, requestEntry, suspended.keySet()));
    }
    return run;
  }

  /** The request that a stored entry belongs to; null when it has no operations. */
  private Run resumedBy(Entry entry) {
    var cause = entry.getCause();
    if (cause.getRequestEntry() != 0) {
      var run = interrupted(cause.getRequestEntry());
      takeReplies(run, entry);
      return run;
    }
    if (unfinished(cause) == 0 && !named(cause.getClient())) {
      return null;
    }
    var run =
        Run.resumed(
            unfinished(cause) == 0 ? List.of() : cause.getOperationsList(), cause.getClient(), 0);
    run.peer = cause.hasPeer() ? cause.getPeer() : null;
    if (unfinished(cause) > 0) {
      takeReplies(run, entry);
    }
    return run;
  }

  /** How far the request came, and whether the queue that it left parked holds the rest back. */
  private void takeReplies(Run run, Entry entry) {
    entry.getRepliesList().forEach(run::answer);
    run.waitsForQueue =
        entry.getRepliesCount() > 0
            && !run.finished()
            && iommu.queueParked()
            && iommu.holdsRequestsBack();
  }

  private static int unfinished(Cause cause) {
    return cause.hasExecuted()
        ? cause.getOperationsCount() - cause.getFirstOperation() - cause.getExecuted()
        : 0;
  }

  private static boolean named(ClientRequest client) {
    return !client.getSession().isEmpty();
  }

  /** Keeps a request that is not finished; remembers one that is. */
  private void advance(Run run) {
    if (run == null) {
      return;
    }
    if (run.requestEntry == 0) {
      run.requestEntry = sequenceNumber;
    }
    if (!run.finished()) {
      suspended.put(run.requestEntry, run);
      return;
    }
    suspended.remove(run.requestEntry);
    if (run.hasId()) {
      memory.remember(run.client(), sequenceNumber);
    }
  }
}
