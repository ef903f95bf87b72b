package dev.iommufleet.node;

import static dev.iommufleet.node.Ops.FEDATA;
import static dev.iommufleet.node.Ops.load;
import static dev.iommufleet.node.Ops.read;
import static dev.iommufleet.node.Ops.store;
import static dev.iommufleet.node.Ops.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.iommufleet.protocol.api.v1.IommuSpec;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A node")
class NodeTest {

  @Test
  @DisplayName("creates an IOMMU, executes, and has it all after it was started again")
  void endToEnd(@TempDir Path data) {
    long hash;
    try (var fleet = TestNode.start(data)) {
      var created = fleet.client().create("first", IommuSpec.getDefaultInstance());
      assertEquals(1, created.getSequenceNumber());
      var session = fleet.client().session("first");

      var written =
          session.execute(
              List.of(
                  write(FEDATA, 4, 0x1234), store(0x1000, (byte) 1, (byte) 2), read(FEDATA, 4)));

      assertEquals(2, written.getSequenceNumber());
      assertEquals(0x1234, written.getReplies(2).getRegisterValue().getValue());
      var looked = session.execute(List.of(load(0x1000, 2)));
      assertEquals(2, looked.getSequenceNumber(), "a request that changes nothing has no entry");
      hash = looked.getStateHash();
    }

    try (var fleet = TestNode.start(data)) {
      var again = fleet.client().get("first");

      assertEquals(2, again.getSequenceNumber());
      assertEquals(hash, again.getStateHash());
      assertEquals(List.of("first"), fleet.client().list(0, "").getIommuIdsList());
      assertArrayEquals(
          new byte[] {1, 2}, fleet.client().readMemory("first", 0x1000, 2).getData().toByteArray());
    }
  }
}
