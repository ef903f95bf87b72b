package dev.iommufleet.actors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.persistence.testkit.javadsl.SnapshotTestKit;
import com.google.protobuf.ByteString;
import dev.iommufleet.protocol.api.v1.AttachState;
import dev.iommufleet.protocol.api.v1.ConfigRegister;
import dev.iommufleet.protocol.api.v1.DmaOutcome;
import dev.iommufleet.protocol.api.v1.Profile;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Snapshots of a host device")
class DeviceSnapshotsTest {
  private static final int BYTES = 64;

  private static List<Long> taken(Linked linked) {
    return SnapshotTestKit.create(linked.it.kit.system())
        .persistedInStorage(linked.deviceKey())
        .stream()
        .map(snapshot -> snapshot.first().sequenceNr())
        .toList();
  }

  @Test
  @DisplayName("carry how the last DMAs ended, what they read included")
  void dmaEnds() {
    try (var it = new LinkHarness(LinkHarness.LINKS)) {
      var linked = new Linked(it, "ends", true).create(Profile.PROFILE_ARCHITECTURE).boot();
      linked.attach();
      linked.awaitState(AttachState.ATTACH_STATE_ATTACHED);
      linked.bind();
      linked.startDma(0x1000, ByteString.copyFrom(new byte[] {5, 6}));
      linked.ended(1);
      linked.startDma(0x1000, null);
      linked.ended(2);
      long before = linked.device().getSequenceNumber();
      for (int i = 0; i < 10; i++) {
        linked.config(ConfigRegister.CONFIG_REGISTER_COMMAND, 4);
        linked.config(ConfigRegister.CONFIG_REGISTER_COMMAND, 0);
      }
      it.restart(linked.deviceKey());

      var ended = linked.ended(2);

      assertTrue(taken(linked).getLast() > before, "snapshots: " + taken(linked));
      assertEquals(DmaOutcome.DMA_OUTCOME_OK, ended.getOutcome());
      assertEquals(ByteString.copyFrom(new byte[] {5, 6}), ended.getData());
    }
  }

  @Test
  @DisplayName("come the rarer the larger they are, after a restart too")
  void proportional() {
    var settings =
        new EntitySettings(
            false, 1_000_000, BYTES, 64, 60_000, 10, 50, LinkHarness.LINKS, EntityLimits.DEFAULT);
    try (var it = new LinkHarness(settings)) {
      var linked = new Linked(it, "snap", true).create(Profile.PROFILE_ARCHITECTURE);
      for (int i = 0; i < 20; i++) {
        linked.config(ConfigRegister.CONFIG_REGISTER_COMMAND, i % 2 == 0 ? 4 : 0);
      }
      long hash = linked.device().getStateHash();

      assertEquals(List.of(1L, 3L, 6L, 10L, 16L), taken(linked));
      it.restart(linked.deviceKey());
      assertEquals(hash, linked.device().getStateHash());
    }
  }
}
