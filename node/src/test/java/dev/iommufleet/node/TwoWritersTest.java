package dev.iommufleet.node;

import static dev.iommufleet.node.Ops.FEDATA;
import static dev.iommufleet.node.Ops.read;
import static dev.iommufleet.node.Ops.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.RefusedException;
import dev.iommufleet.client.RetryPolicy;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Two clusters over one database, which nobody may have")
class TwoWritersTest {

  @Test
  @DisplayName("write no entry over another: the second loses by the key, starts again, sees both")
  void conflict() {
    var database = TestDatabase.create();
    try (var one = TestNode.start(database, Map.of());
        var other = TestNode.start(database, Map.of());
        var impatient =
            FleetClient.connect("127.0.0.1:" + one.node().grpcPort(), RetryPolicy.NONE)) {
      one.client().create("i1", IommuSpec.getDefaultInstance());
      one.client().session("i1").execute(List.of(write(FEDATA, 4, 1)));
      other.client().session("i1").execute(List.of(write(FEDATA, 4, 2)));
      var late = impatient.session("i1");

      var lost =
          assertThrows(RefusedException.class, () -> late.execute(List.of(write(FEDATA, 4, 3))));

      assertEquals("JOURNAL_UNAVAILABLE", lost.code());
      var after = one.client().session("i1").execute(List.of(read(FEDATA, 4), write(FEDATA, 4, 4)));
      assertEquals(2, after.getReplies(0).getRegisterValue().getValue(), "the other's entry");
      assertEquals(4, after.getSequenceNumber());
    }
  }
}
