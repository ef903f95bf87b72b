package dev.iommufleet.actors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.journal.v1.ClientRequest;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The memory of requests")
class RequestMemoryTest {
  private static final List<Operation> NOTHING = List.of();

  private final RequestMemory memory = new RequestMemory(EntityLimits.DEFAULT);

  @Test
  @DisplayName("keeps the newest requests of a session, whatever was journaled last")
  void keepsTheNewest() {
    for (int sequence = 100; sequence < 164; sequence++) {
      memory.remember(request(sequence), sequence);
    }
    for (int late = 1; late <= 64; late++) {
      memory.remember(request(late), 1_000 + late);
    }

    assertEquals(100, memory.recall(request(100), NOTHING).entry());
    assertEquals(163, memory.recall(request(163), NOTHING).entry());
    var refused = assertThrows(RefusedException.class, () -> memory.recall(request(64), NOTHING));
    assertEquals("REQUEST_ID_TOO_OLD", refused.refusal().getCode());
  }

  private static ClientRequest request(long sequence) {
    return ClientRequest.newBuilder()
        .setSession("s")
        .setSequence(sequence)
        .setDigest(RequestCheck.digest(NOTHING))
        .build();
  }
}
