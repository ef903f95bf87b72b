package dev.iommufleet.actors;

import dev.iommufleet.protocol.journal.v1.Entry;
import java.util.Set;

/**
 * An entry on its way into the state. The journal holds the {@link Entry} alone; which of the two
 * it is tells whether the hardware already holds the facts.
 */
public sealed interface IommuEvent extends EntityEvent {
  Entry entry();

  /**
   * Made by this incarnation a moment ago: the hardware has executed it in place.
   *
   * @param run the request that it belongs to; null for those that have no operations
   */
  record Live(Entry entry, Set<String> tags, Run run) implements IommuEvent {}

  /** Read back from the journal: the facts are to be applied. */
  record Stored(Entry entry) implements IommuEvent {
    @Override
    public Set<String> tags() {
      return Set.of();
    }
  }

  @Override
  default boolean live() {
    return this instanceof Live;
  }

  @Override
  default boolean deletes() {
    return entry().getCause().hasDeleted();
  }

  @Override
  default long incarnation() {
    return entry().getIncarnation();
  }

  @Override
  default String modelVersion() {
    return entry().getModelVersion();
  }

  @Override
  default long stateHash() {
    return entry().getStateHash();
  }

  @Override
  default int bytes() {
    return entry().getSerializedSize();
  }
}
