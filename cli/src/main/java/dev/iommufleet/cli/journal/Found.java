package dev.iommufleet.cli.journal;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.persistence.journal.EntityIds;
import dev.iommufleet.persistence.journal.JournalReader;
import dev.iommufleet.persistence.journal.JournalSummary;

/** Journals by the ids that clients use. */
final class Found {

  private Found() {}

  static JournalSummary summary(JournalReader journal, String id) {
    return journal
        .summary(EntityIds.persistenceId(id))
        .orElseThrow(
            () ->
                CommandException.usage(
                    "no journal of an IOMMU '%s' is there; 'journal list' shows those that are",
                    id));
  }
}
