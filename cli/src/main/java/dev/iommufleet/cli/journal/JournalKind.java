package dev.iommufleet.cli.journal;

import dev.iommufleet.persistence.journal.EntityIds;
import java.util.Locale;

/** Whose journal it is. */
enum JournalKind {
  IOMMU,
  DEVICE;

  static JournalKind of(String persistenceId) {
    return EntityIds.isDevice(persistenceId) ? DEVICE : IOMMU;
  }

  String persistenceId(String id) {
    return this == DEVICE ? EntityIds.devicePersistenceId(id) : EntityIds.persistenceId(id);
  }

  /** The id that clients use. */
  static String id(String persistenceId) {
    return of(persistenceId) == DEVICE
        ? EntityIds.deviceId(persistenceId)
        : EntityIds.iommuId(persistenceId);
  }

  /** As {@code --kind} has it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
