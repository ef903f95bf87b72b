package dev.iommufleet.actors;

import static dev.iommufleet.actors.Harness.named;
import static dev.iommufleet.actors.Harness.ok;
import static dev.iommufleet.actors.Harness.request;
import static dev.iommufleet.actors.Ops.FEDATA;
import static dev.iommufleet.actors.Ops.read;
import static dev.iommufleet.actors.Ops.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.protocol.api.v1.GetIommuRequest;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An entity that may run elsewhere too")
class EntityOwnershipTest {

  @Test
  @DisplayName("answers nothing, writes nothing, and goes on when it is certain again")
  void uncertain() {
    try (var it = new Harness()) {
      it.create(IommuSpec.getDefaultInstance());
      it.execute(write(FEDATA, 4, 1));
      it.ownership.set(false);

      var write = it.refusal(request(write(FEDATA, 4, 2)));
      var look =
          it.refusal(
              EntityRequest.newBuilder().setGet(GetIommuRequest.newBuilder().setIommuId("i1")));

      assertEquals("OWNERSHIP_UNCERTAIN", write.getCode());
      assertEquals("true", write.getMetadataOrThrow("nothing_executed"));
      assertEquals("OWNERSHIP_UNCERTAIN", look.getCode());
      it.ownership.set(true);
      var after = it.execute(read(FEDATA, 4));
      assertEquals(1, after.getReplies(0).getRegisterValue().getValue());
      assertEquals(2, after.getSequenceNumber());
    }
  }

  @Test
  @DisplayName("knows each session for as long as it is, by an entry for its first request")
  void sessions() {
    try (var it = new Harness(Harness.settings(false, 1_000, 256).moving())) {
      it.create(IommuSpec.getDefaultInstance());
      assertEquals(2, ok(it.ask(named("s", 1, read(FEDATA, 4)))).getSequenceNumber());
      it.restart();

      assertEquals(3, ok(it.ask(named("s", 2, write(FEDATA, 4, 5)))).getSequenceNumber());
      assertTrue(ok(it.ask(named("s", 1, read(FEDATA, 4)))).getRepeatedAnswer());
      assertEquals(3, ok(it.ask(named("s", 3, read(FEDATA, 4)))).getSequenceNumber());
      assertFalse(it.entries().isEmpty());
    }
  }

  @Test
  @DisplayName("is certain for a while after a majority said yes, counted from the question")
  void state() {
    long limit = TimeUnit.SECONDS.toNanos(3);
    var state = new OwnershipState(limit);
    assertFalse(state.certain(100));

    state.confirm(100, true);
    assertTrue(state.certain(100 + limit - 1));
    assertFalse(state.certain(100 + limit));

    state.confirm(50, true);
    assertTrue(state.certain(100 + limit - 1), "an older answer takes nothing back");
    state.confirm(200, false);
    assertTrue(state.certain(200 + limit - 1));
  }

  @Test
  @DisplayName("waits in a cluster that has just begun: an older one may not know of its end")
  void justBegun() {
    long limit = TimeUnit.SECONDS.toNanos(3);
    var state = new OwnershipState(limit);

    state.confirm(100, false);
    assertFalse(state.certain(100));
    assertFalse(state.settled(100 + limit - 1));

    state.confirm(100 + limit / 2, false);
    assertTrue(state.certain(100 + limit));
    assertTrue(state.settled(100 + limit));
  }
}
