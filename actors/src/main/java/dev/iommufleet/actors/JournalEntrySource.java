package dev.iommufleet.actors;

import akka.actor.typed.ActorSystem;
import akka.persistence.query.EventEnvelope;
import akka.persistence.query.PersistenceQuery;
import akka.persistence.query.javadsl.CurrentEventsByPersistenceIdQuery;
import akka.stream.javadsl.Sink;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Entries out of the journal that the entities write. */
public final class JournalEntrySource implements EntrySource {
  private final ActorSystem<?> system;
  private final CurrentEventsByPersistenceIdQuery journal;

  /**
   * @param readJournal configuration path of the read journal, for example jdbc-read-journal
   */
  public JournalEntrySource(ActorSystem<?> system, String readJournal) {
    this.system = system;
    this.journal =
        PersistenceQuery.get(system)
            .getReadJournalFor(CurrentEventsByPersistenceIdQuery.class, readJournal);
  }

  @Override
  public <M> CompletionStage<List<M>> read(
      Class<M> type, String persistenceId, long from, long to) {
    return journal
        .currentEventsByPersistenceId(persistenceId, from, to)
        .map(EventEnvelope::event)
        .map(type::cast)
        .runWith(Sink.seq(), system);
  }
}
