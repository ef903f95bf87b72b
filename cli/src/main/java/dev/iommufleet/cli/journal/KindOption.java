package dev.iommufleet.cli.journal;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.persistence.journal.JournalReader;
import dev.iommufleet.persistence.journal.JournalSummary;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Journals by the ids that clients use. An IOMMU and a host device may have the same. */
final class KindOption {
  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description = "iommu or device; needed only where one of each has the id.")
  private JournalKind kind;

  JournalSummary find(JournalReader journal, String id) {
    var found = new ArrayList<JournalSummary>();
    for (var it : kind == null ? List.of(JournalKind.values()) : List.of(kind)) {
      journal.summary(it.persistenceId(id)).ifPresent(found::add);
    }
    return switch (found.size()) {
      case 1 -> found.getFirst();
      case 0 ->
          throw CommandException.usage(
              "no journal of %s '%s' is there; 'journal list' shows those that are",
              kind == null
                  ? "an IOMMU or a host device"
                  : kind == JournalKind.IOMMU ? "an IOMMU" : "a host device",
              id);
      default ->
          throw CommandException.usage(
              "an IOMMU and a host device have the id '%s'; say --kind iommu or --kind device", id);
    };
  }

  boolean isWanted(JournalKind it) {
    return kind == null || kind == it;
  }
}
