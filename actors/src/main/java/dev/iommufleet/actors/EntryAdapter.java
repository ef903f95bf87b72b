package dev.iommufleet.actors;

import akka.persistence.typed.EventAdapter;
import akka.persistence.typed.EventSeq;
import dev.iommufleet.protocol.journal.v1.Entry;

/** The journal holds entries; where one comes from it is a stored one. */
final class EntryAdapter extends EventAdapter<IommuEvent, Entry> {

  @Override
  public Entry toJournal(IommuEvent event) {
    return event.entry();
  }

  @Override
  public String manifest(IommuEvent event) {
    return "";
  }

  @Override
  public EventSeq<IommuEvent> fromJournal(Entry entry, String manifest) {
    return EventSeq.single(new IommuEvent.Stored(entry));
  }
}
