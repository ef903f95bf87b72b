package dev.iommufleet.actors;

import static org.junit.jupiter.api.Assertions.assertEquals;

import akka.persistence.testkit.javadsl.SnapshotTestKit;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.iommufleet.protocol.api.v1.AttachState;
import dev.iommufleet.protocol.api.v1.Profile;
import dev.iommufleet.protocol.journal.v1.HostDeviceSnapshot;
import dev.iommufleet.protocol.journal.v1.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Writes golden journals of the current schema, and only when told where to. Those of a schema that
 * was released are never written again: {@code -Dtest=GoldenJournalWriter
 * -Dgolden.directory=persistence/src/test/resources/golden/v2} from the root, with its whole path.
 */
@EnabledIfSystemProperty(named = "golden.directory", matches = ".+")
@DisplayName("Golden journals")
class GoldenJournalWriter {
  private final Path directory = Path.of(System.getProperty("golden.directory", ""));

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName("are written")
  void write(boolean full) throws IOException {
    var name = "entity-" + (full ? "full" : "facts");
    try (var it = new Harness(Harness.settings(full, 16, 256))) {
      WrittenJournals.begin(it);
      var snapshots =
          SnapshotTestKit.create(it.kit.system()).persistedInStorage("iommu|i1").stream()
              .map(found -> (Snapshot) found.second())
              .toList();
      write("life-" + name, WrittenJournals.end(it));
      write("snapshots-" + name, snapshots.subList(snapshots.size() - 1, snapshots.size()));
      assertEquals(16, snapshots.getLast().getSequenceNumber());
    }
  }

  @Test
  @DisplayName("of an IOMMU with a device, and of the device, are written")
  void linked() throws IOException {
    try (var it = new LinkHarness(LinkHarness.LINKS)) {
      var linked = new Linked(it, "golden", true).create(Profile.PROFILE_ARCHITECTURE).boot();
      linked.attach();
      linked.awaitState(AttachState.ATTACH_STATE_ATTACHED);
      linked.bind();
      linked.startDma(0x1000, ByteString.copyFrom(new byte[] {5, 6}));
      linked.ended(1);
      linked.startDma(0x1000, null);
      linked.ended(2);
      linked.submit("piotlb did=5 pasid=1");
      it.restart(linked.iommuKey());
      it.restart(linked.deviceKey());
      linked.requestPage();
      linked.serve();
      linked.awaitDevice(device -> device.getGroupsCount() == 0 && device.getOwed() == 0);
      var stored = SnapshotTestKit.create(it.kit.system());
      var ofIommu = stored.persistedInStorage(linked.iommuKey()).getLast().second();
      var ofDevice = stored.persistedInStorage(linked.deviceKey()).getLast().second();
      linked.detach();
      linked.awaitState(AttachState.ATTACH_STATE_DETACHED);
      linked.awaitIommu(iommu -> iommu.getAttachedDevices() == 0);
      linked.deleteDevice();
      linked.deleteIommu();

      write("life-linked", it.iommuEntries(linked.iommu));
      write("snapshots-linked", List.of((Snapshot) ofIommu));
      write("host-device-life-linked", it.deviceEntries(linked.device));
      write("host-device-snapshots-linked", List.of((HostDeviceSnapshot) ofDevice));
    }
  }

  /** Each message behind its length; beside it the same as text. */
  private void write(String name, List<? extends Message> messages) throws IOException {
    Files.createDirectories(directory);
    var text = new StringBuilder();
    try (var out = Files.newOutputStream(directory.resolve(name + ".bin"))) {
      for (var message : messages) {
        message.writeDelimitedTo(out);
        text.append(TextFormat.printer().printToString(message)).append("---\n");
      }
    }
    Files.writeString(directory.resolve(name + ".txt"), text);
  }
}
