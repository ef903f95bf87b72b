package dev.iommufleet.actors;

import static dev.iommufleet.actors.Ops.storeQuads;
import static dev.iommufleet.actors.Ops.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An entry")
class EntryBytesTest {

  @Test
  @DisplayName(
      "for a doorbell with two descriptors and a wait leaves room in 500 bytes for its row")
  void doorbell() {
    try (var it = new Harness()) {
      it.create();
      it.execute(write(0x90, 8, 0x10000), write(0x18, 4, 1L << 26));

      var id =
          Harness.named(
              "b6f3b0a6-5c0e-4d7b-9f43-2f3a51a1f0aa",
              1,
              storeQuads(
                  0x10000,
                  0x0000_0000_0010_0011L,
                  0,
                  0x0000_0000_0005_00E2L,
                  0,
                  0x0000_0009_0000_0025L,
                  0x20000L),
              write(0x88, 4, 3 << 4));
      var response = Harness.ok(it.ask(id));

      assertEquals(2, response.getRepliesCount());
      var entry = it.lastEntry();
      assertTrue(entry.toString().contains("WRITE_KIND_WAIT_STATUS"), "the wait was executed");
      int bytes = entry.getSerializedSize();
      // A row of the journal, its index included, has about 110 bytes beside the entry.
      assertTrue(bytes <= 390, bytes + " bytes: " + entry);
    }
  }
}
