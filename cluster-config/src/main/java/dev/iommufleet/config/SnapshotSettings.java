package dev.iommufleet.config;

import java.util.Set;

/**
 * When a snapshot is due: after so many entries or so many bytes of them, whichever comes first.
 *
 * @param everyEntries 10 to 1,000,000
 * @param everyBytes 4,096 to 1 GiB
 */
public record SnapshotSettings(int everyEntries, int everyBytes) {

  static SnapshotSettings of(Block block) {
    block.knowing(Set.of("every-entries", "every-bytes"));
    return new SnapshotSettings(
        block.between("every-entries", 10, 1_000_000),
        block.between("every-bytes", 4_096, 1 << 30));
  }
}
