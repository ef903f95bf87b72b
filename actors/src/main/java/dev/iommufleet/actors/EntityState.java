package dev.iommufleet.actors;

/**
 * What Akka holds as an entity's state: immutable records. Akka keeps the empty state over a failed
 * write and uses it again, so nothing that changes may hang from it; what changes hangs from {@link
 * Present}, which a restart throws away. {@code I}: the kind's incarnation.
 */
sealed interface EntityState<I> {

  /** Never created. */
  record Absent<I>() implements EntityState<I> {}

  /** The {@code incarnation} changes in place and belongs to the running actor alone. */
  record Present<I>(I incarnation) implements EntityState<I> {}

  /** A tombstone: the id is not used again. */
  record Deleted<I>(long sequenceNumber, long incarnation) implements EntityState<I> {}

  /** The journal holds something that this version cannot read. */
  record Unreadable<I>(long sequenceNumber, String why) implements EntityState<I> {}
}
