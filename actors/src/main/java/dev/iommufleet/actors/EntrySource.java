package dev.iommufleet.actors;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Reads journaled entries while others are written. */
public interface EntrySource {

  /**
   * Entries {@code from} to {@code to}, both included, ascending; fewer where they end before.
   *
   * @param type what the entries of this journal are
   */
  <M> CompletionStage<List<M>> read(Class<M> type, String persistenceId, long from, long to);
}
