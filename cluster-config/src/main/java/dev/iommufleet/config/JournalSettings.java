package dev.iommufleet.config;

import java.util.Set;

/**
 * @param store where entries and snapshots are
 * @param fullByDefault an IOMMU that is created without a journal level gets level full
 * @param bufferSize writes that may wait at once, 1,000 to 10,000,000
 * @param busyTimeoutMillis how long a writer waits for another process's lock, 0 to 600,000
 * @param carriedFacts facts about caches that one entity carries in memory, 16 to 65,536
 */
public record JournalSettings(
    Store store, boolean fullByDefault, int bufferSize, int busyTimeoutMillis, int carriedFacts) {

  /** What holds a journal. */
  public enum Store {
    /** Files of one node. */
    SQLITE,
    /** A database that several nodes share. */
    POSTGRES
  }

  static JournalSettings of(Block block) {
    block.knowing(
        Set.of("store", "default-level", "buffer-size", "busy-timeout-millis", "carried-facts"));
    return new JournalSettings(
        store(block),
        full(block),
        block.between("buffer-size", 1_000, 10_000_000),
        block.between("busy-timeout-millis", 0, 600_000),
        block.between("carried-facts", 16, 65_536));
  }

  private static Store store(Block block) {
    return switch (block.text("store")) {
      case "sqlite" -> Store.SQLITE;
      case "postgres" -> Store.POSTGRES;
      case String other ->
          throw block.refused("store", "is '" + other + "'; 'sqlite' and 'postgres' are known");
    };
  }

  private static boolean full(Block block) {
    return switch (block.text("default-level")) {
      case "facts" -> false;
      case "full" -> true;
      case String other ->
          throw block.refused("default-level", "is '" + other + "'; 'facts' and 'full' are known");
    };
  }
}
