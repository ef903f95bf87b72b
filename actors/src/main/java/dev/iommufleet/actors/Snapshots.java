package dev.iommufleet.actors;

import akka.persistence.typed.SnapshotAdapter;
import dev.iommufleet.persistence.journal.EntryFormat;
import dev.iommufleet.persistence.mapping.Facts;
import dev.iommufleet.persistence.mapping.MalformedException;
import dev.iommufleet.protocol.journal.v1.Snapshot;
import dev.iommufleet.protocol.journal.v1.Suspended;

/** The state as a message that is taken out of the running hardware at once, and back. */
final class Snapshots implements SnapshotAdapter<IommuState> {
  private final EntityEnvironment environment;

  Snapshots(EntityEnvironment environment) {
    this.environment = environment;
  }

  @Override
  public Object toJournal(IommuState state) {
    return switch (state) {
      case IommuState.Present(var incarnation) -> write(incarnation);
      case IommuState.Deleted(long number, long incarnation) ->
          header(number, incarnation).setDeleted(true).build();
      case IommuState.Absent() -> throw new IllegalStateException("a snapshot of nothing");
      case IommuState.Unreadable(long number, String why) ->
          throw new IllegalStateException("a snapshot of entry " + number + ": " + why);
    };
  }

  @Override
  public IommuState fromJournal(Object message) {
    var snapshot = (Snapshot) message;
    try {
      EntryFormat.check(snapshot);
      return snapshot.getDeleted()
          ? new IommuState.Deleted(snapshot.getSequenceNumber(), snapshot.getIncarnation())
          : new IommuState.Present(Incarnation.of(snapshot, environment.settings().limits()));
    } catch (MalformedException e) {
      return new IommuState.Unreadable(snapshot.getSequenceNumber(), e.getMessage());
    }
  }

  private Snapshot write(Incarnation it) {
    var snapshot =
        header(it.sequenceNumber, it.number)
            .setIommuId(it.id)
            .setConfig(it.config)
            .setStateHash(it.iommu.stateHash())
            .setCreatedUnixNanos(it.createdNanos)
            .setParkedSinceUnixNanos(it.parkedSinceNanos)
            .addAllSessions(it.memory.describe())
            .setSessionsDisplaced(it.memory.displaced());
    it.iommu.describe(fact -> snapshot.addFacts(Facts.write(fact)));
    if (it.full()) {
      it.iommu.describeSoft(fact -> snapshot.addSoft(Facts.write(fact)));
      snapshot.setSoftHash(it.iommu.softHash());
    }
    snapshot.addAllPeers(it.peers.describe());
    it.suspended.values().forEach(run -> snapshot.addSuspended(suspended(run)));
    var built = snapshot.build();
    it.bytesSinceSnapshot = 0;
    it.snapshotBytes = built.getSerializedSize();
    return built;
  }

  private static Suspended.Builder suspended(Run run) {
    var suspended =
        Suspended.newBuilder()
            .setRequestEntry(run.requestEntry)
            .addAllOperations(run.messages)
            .setNextOperation(run.next)
            .setClient(run.client())
            .setWaitsForQueue(run.waitsForQueue)
            .addAllReplies(run.replies);
    if (run.peer != null) {
      suspended.setPeer(run.peer);
    }
    return suspended;
  }

  private Snapshot.Builder header(long sequenceNumber, long incarnation) {
    return Snapshot.newBuilder()
        .setSchema(EntryFormat.SCHEMA)
        .setModelVersion(environment.modelVersion())
        .setSequenceNumber(sequenceNumber)
        .setIncarnation(incarnation);
  }
}
