package dev.iommufleet.actors;

/**
 * What Akka holds as the entity's state: immutable records. Akka keeps the empty state over a
 * failed write and uses it again, so nothing that changes may hang from it; what changes hangs from
 * {@link Present}, which a restart throws away.
 */
sealed interface IommuState {

  /** Never created. */
  record Absent() implements IommuState {}

  /** The {@code incarnation} changes in place and belongs to the running actor alone. */
  record Present(Incarnation incarnation) implements IommuState {}

  /** A tombstone: the id is not used again. */
  record Deleted(long sequenceNumber, long incarnation) implements IommuState {}

  /** The journal holds something that this version cannot read. */
  record Unreadable(long sequenceNumber, String why) implements IommuState {}
}
