package dev.iommufleet.actors;

import dev.iommufleet.persistence.journal.EntryFormat;
import dev.iommufleet.persistence.mapping.Facts;
import dev.iommufleet.protocol.journal.v1.Snapshot;
import dev.iommufleet.protocol.journal.v1.Suspended;

/** The state of an IOMMU as a message, and back. */
final class Snapshots extends StateSnapshots<Incarnation, Snapshot> {
  private final EntityEnvironment environment;

  Snapshots(EntityEnvironment environment) {
    super(Snapshot.class);
    this.environment = environment;
  }

  @Override
  Snapshot tombstone(long sequenceNumber, long incarnation) {
    return header(sequenceNumber, incarnation).setDeleted(true).build();
  }

  @Override
  EntityState<Incarnation> read(Snapshot snapshot) {
    EntryFormat.check(snapshot);
    return snapshot.getDeleted()
        ? new EntityState.Deleted<>(snapshot.getSequenceNumber(), snapshot.getIncarnation())
        : new EntityState.Present<>(Incarnation.of(snapshot, environment.settings().limits()));
  }

  @Override
  long sequenceNumber(Snapshot snapshot) {
    return snapshot.getSequenceNumber();
  }

  @Override
  Snapshot write(Incarnation it) {
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
    return snapshot.build();
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
