package dev.iommufleet.actors;

import akka.persistence.typed.EventAdapter;
import akka.persistence.typed.EventSeq;
import java.util.function.Function;

/**
 * The journal holds entries; where one comes from it is a stored one. {@code E}: an event, {@code
 * M}: its entry.
 */
final class EntryAdapter<E, M> extends EventAdapter<E, M> {
  private final Function<E, M> entry;
  private final Function<M, E> stored;

  EntryAdapter(Function<E, M> entry, Function<M, E> stored) {
    this.entry = entry;
    this.stored = stored;
  }

  @Override
  public M toJournal(E event) {
    return entry.apply(event);
  }

  @Override
  public String manifest(E event) {
    return "";
  }

  @Override
  public EventSeq<E> fromJournal(M message, String manifest) {
    return EventSeq.single(stored.apply(message));
  }
}
