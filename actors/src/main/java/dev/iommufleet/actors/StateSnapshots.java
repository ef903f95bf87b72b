package dev.iommufleet.actors;

import akka.persistence.typed.SnapshotAdapter;
import com.google.protobuf.MessageLite;
import dev.iommufleet.persistence.mapping.MalformedException;

/**
 * The state as a message that is taken out of the running hardware at once, and back. {@code S}:
 * the kind's snapshot.
 */
abstract class StateSnapshots<I extends EntityIncarnation, S extends MessageLite>
    implements SnapshotAdapter<EntityState<I>> {
  private final Class<S> type;

  StateSnapshots(Class<S> type) {
    this.type = type;
  }

  abstract S write(I incarnation);

  abstract S tombstone(long sequenceNumber, long incarnation);

  /**
   * @throws MalformedException it holds what this version does not know
   */
  abstract EntityState<I> read(S snapshot);

  abstract long sequenceNumber(S snapshot);

  @Override
  public final Object toJournal(EntityState<I> state) {
    return switch (state) {
      case EntityState.Present<I>(var incarnation) -> {
        var snapshot = write(incarnation);
        incarnation.snapshotTaken(snapshot.getSerializedSize());
        yield snapshot;
      }
      case EntityState.Deleted<I>(long number, long incarnation) -> tombstone(number, incarnation);
      case EntityState.Absent<I>() -> throw new IllegalStateException("a snapshot of nothing");
      case EntityState.Unreadable<I>(long number, String why) ->
          throw new IllegalStateException("a snapshot of entry " + number + ": " + why);
    };
  }

  @Override
  public final EntityState<I> fromJournal(Object message) {
    var snapshot = type.cast(message);
    try {
      return read(snapshot);
    } catch (MalformedException e) {
      return new EntityState.Unreadable<>(sequenceNumber(snapshot), e.getMessage());
    }
  }
}
