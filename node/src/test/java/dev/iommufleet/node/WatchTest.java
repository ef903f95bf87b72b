package dev.iommufleet.node;

import static dev.iommufleet.node.Ops.FEDATA;
import static dev.iommufleet.node.Ops.store;
import static dev.iommufleet.node.Ops.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.client.IommuSession;
import dev.iommufleet.client.RefusedException;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.WatchKind;
import dev.iommufleet.protocol.api.v1.WatchRequest;
import dev.iommufleet.protocol.api.v1.WatchResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A watch")
class WatchTest {
  private static final long QUEUE = 0x10000;

  @TempDir static Path data;
  static TestNode fleet;

  @BeforeAll
  static void start() {
    fleet = TestNode.start(data, Map.of("iommu-fleet.timeouts.watch-renewal-millis", 100));
  }

  @AfterAll
  static void stop() {
    fleet.close();
  }

  /** An IOMMU whose queue is on: entry 2. */
  private static IommuSession queue(String id) {
    fleet.client().create(id, IommuSpec.getDefaultInstance());
    var session = fleet.client().session(id);
    session.execute(List.of(write(0x90, 8, QUEUE), write(0x18, 4, 1L << 26)));
    return session;
  }

  /** One entry with one status write of {@code slot}. */
  private static void ring(IommuSession session, int slot) {
    var wait =
        ByteBuffer.allocate(16)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong((long) slot << 32 | 0x25L)
            .putLong(0x20000L);
    session.execute(
        List.of(
            store(QUEUE + 16L * (slot % 255), wait.array()),
            write(0x88, 4, (slot % 255 + 1) << 4)));
  }

  private static WatchRequest.Builder watch(String id, long from) {
    return WatchRequest.newBuilder()
        .setIommuId(id)
        .setFromSequence(from)
        .addKinds(WatchKind.WATCH_KIND_STATUS_WRITE);
  }

  @Test
  @DisplayName("from the first entry on gives those of the journal, then says so, then live ones")
  void journalThenLive() {
    var session = queue("all");
    for (int slot = 0; slot < 40; slot++) {
      ring(session, slot);
    }
    try (var watching = fleet.client().watch(watch("all", 1).build())) {
      for (int slot = 0; slot < 40; slot++) {
        assertEquals(3 + slot, watching.next().getEntry().getSequenceNumber());
      }
      assertEquals(42, watching.next().getCaughtUp().getSequenceNumber());

      session.execute(List.of(write(FEDATA, 4, 1)));
      ring(session, 40);

      var live = watching.next().getEntry();
      assertEquals(44, live.getSequenceNumber());
      assertEquals(40, live.getFacts(0).getFact().getMemoryWritten().getData().byteAt(0));
    }
  }

  @Test
  @DisplayName("that is not read for long gets everything in the end, from the journal")
  void slow() {
    var session = queue("slow");
    int rings = 250;
    try (var watching = fleet.client().watch(watch("slow", 0).build())) {
      assertTrue(watching.next().hasCaughtUp());

      for (int slot = 0; slot < rings; slot++) {
        ring(session, slot);
      }

      var numbers = new ArrayList<Long>();
      while (numbers.size() < rings) {
        WatchResponse event = watching.next();
        if (event.hasEntry()) {
          numbers.add(event.getEntry().getSequenceNumber());
        }
      }
      for (int i = 0; i < rings; i++) {
        assertEquals(3 + i, numbers.get(i), "each once, in order");
      }
    }
  }

  @Test
  @DisplayName("of nobody, or from beyond the end, is refused by name")
  void refused() {
    queue("short");

    assertCode("IOMMU_NOT_FOUND", watch("nobody", 0));
    assertCode("BEYOND_END", watch("short", 9));
    assertCode("BAD_ID", watch("a/b", 0));
  }

  private static void assertCode(String code, WatchRequest.Builder request) {
    try (var watching = fleet.client().watch(request.build())) {
      var refused = assertThrows(RefusedException.class, watching::next);

      assertEquals(code, refused.code());
    }
  }
}
