package dev.iommufleet.actors;

import dev.iommufleet.protocol.journal.v1.Entry;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Reads journaled entries while others are written. */
@FunctionalInterface
public interface EntrySource {

  /** Entries {@code from} to {@code to}, both included, ascending; fewer where they end before. */
  CompletionStage<List<Entry>> read(String persistenceId, long from, long to);
}
