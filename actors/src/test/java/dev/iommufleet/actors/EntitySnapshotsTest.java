package dev.iommufleet.actors;

import static dev.iommufleet.actors.Ops.FEDATA;
import static dev.iommufleet.actors.Ops.store;
import static dev.iommufleet.actors.Ops.write;
import static org.junit.jupiter.api.Assertions.assertEquals;

import akka.persistence.testkit.javadsl.SnapshotTestKit;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Snapshots")
class EntitySnapshotsTest {
  private static final int PAGE = 4_096;
  private static final int PAGES = 64;

  /** Sequence numbers at which snapshots were taken. */
  private static List<Long> taken(Harness it) {
    return SnapshotTestKit.create(it.kit.system())
        .persistedInStorage(IommuEntity.persistenceId("i1").id())
        .stream()
        .map(snapshot -> snapshot.first().sequenceNr())
        .toList();
  }

  @Test
  @DisplayName("of a growing guest come the rarer the larger they are, after a restart too")
  void proportional() {
    var settings =
        new EntitySettings(
            false, 1_000_000, PAGE, 256, 60_000, 10, 50, LinkSettings.DEFAULT, Harness.SMALL);
    try (var it = new Harness(settings)) {
      it.create();
      var page = new byte[PAGE];
      Arrays.fill(page, (byte) 1);
      for (int i = 0; i < PAGES; i++) {
        it.execute(store((long) i * PAGE, page));
      }
      long hash = it.get().getStateHash();

      assertEquals(List.of(2L, 4L, 8L, 16L, 32L, 63L), taken(it));
      it.restart();
      assertEquals(hash, it.get().getStateHash());
      for (int i = 0; i < PAGES; i++) {
        it.execute(write(FEDATA, 4, i + 1));
      }
      assertEquals(6, taken(it).size());
    }
  }
}
