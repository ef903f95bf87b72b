package dev.iommufleet.actors;

/** What incarnations of all kinds of entities know of their journal. */
abstract class EntityIncarnation {
  /** As sentences name it: IOMMU i1. */
  private final String name;

  /** Of the last entry. */
  long sequenceNumber;

  /** Which incarnation the next entry belongs to. */
  long number = 1;

  /** Whether this incarnation has written an entry. */
  boolean wrote;

  /** Whether it owed something when the last entry was made. */
  boolean owed;

  /** Nanoseconds since 1970-01-01 UTC. */
  long createdNanos;

  /** Hash that the last entry claims, and the model that claimed it. */
  private long journaledHash;

  private String journaledModel = "";

  /** Bytes of the entries since the last snapshot. */
  private long bytesSinceSnapshot;

  /** Bytes of the last snapshot; 0: none is known. */
  private long snapshotBytes;

  EntityIncarnation(String name) {
    this.name = name;
  }

  abstract long stateHash();

  /** The entry is part of the state. */
  final void count(EntityEvent event) {
    sequenceNumber++;
    wrote = event.live();
    number = wrote ? event.incarnation() : event.incarnation() + 1;
    journaledHash = event.stateHash();
    journaledModel = event.modelVersion();
    bytesSinceSnapshot += event.bytes();
  }

  // ---- snapshots ---------------------------------------------------------------------------

  /** What a snapshot says of itself. */
  record SnapshotHead(
      long sequenceNumber,
      long incarnation,
      long createdNanos,
      String modelVersion,
      long stateHash,
      int bytes) {}

  final void restored(SnapshotHead snapshot) {
    sequenceNumber = snapshot.sequenceNumber;
    number = snapshot.incarnation + 1;
    createdNanos = snapshot.createdNanos;
    journaledModel = snapshot.modelVersion;
    journaledHash = snapshot.stateHash;
    snapshotBytes = snapshot.bytes;
  }

  final void snapshotTaken(int bytes) {
    bytesSinceSnapshot = 0;
    snapshotBytes = bytes;
  }

  /** In bytes, snapshots never outgrow the entries that they spare the reading of. */
  final boolean wantsSnapshot(long everyBytes) {
    return bytesSinceSnapshot > Math.max(everyBytes, snapshotBytes);
  }

  /** The hash that the last entry claims is the hash of what was recovered. */
  final void checkRecovered(String model) {
    if (journaledModel.equals(model) && journaledHash != stateHash()) {
      throw new IllegalStateException(
          "%s: entry %d says state hash %016x and its recovery has %016x"
              .formatted(name, sequenceNumber, journaledHash, stateHash()));
    }
  }
}
