package dev.iommufleet.actors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.iommufleet.persistence.journal.JournalVerifier;
import dev.iommufleet.persistence.journal.Stored;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/**
 * {@code -Dfuzz.rounds=N} sends more requests, {@code -Dfuzz.seed=S} begins elsewhere; the seed of
 * a failure is in its message.
 */
@DisplayName("Random requests")
class ExecuteFuzzTest {
  private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 40);
  private static final long FIRST_SEED = Long.getLong("fuzz.seed", 20_261_121L);
  private static final int REQUESTS_BETWEEN_RESTARTS = 10;
  private static final Set<String> REFUSALS =
      Set.of("BAD_ARGUMENT", "LIMIT_EXCEEDED", "UNKNOWN_OPERATION", "UNSUPPORTED", "BUSY");

  @RepeatedTest(6)
  @DisplayName("are answered or refused by name; the state is that of a replay; causes verify")
  void requests(RepetitionInfo repetition) throws InvalidProtocolBufferException {
    long seed = FIRST_SEED + repetition.getCurrentRepetition();
    boolean qemu = repetition.getCurrentRepetition() % 2 == 0;
    var requests = new RandomRequests(seed, !qemu);
    try (var it = new Harness(Harness.settings(false, 50, 64))) {
      it.create(RandomRequests.spec(seed, qemu));
      for (int round = 1; round <= ROUNDS; round++) {
        send(it, requests.next(), seed, round);
        sendDamaged(it, requests, seed, round);
        if (round % REQUESTS_BETWEEN_RESTARTS == 0) {
          restart(it, seed, round);
        }
      }
      verify(it, seed);
    }
  }

  private static void send(Harness it, ExecuteRequest request, long seed, int round) {
    var reply = it.ask(EntityRequest.newBuilder().setExecute(request));

    if (reply.hasRefusal()) {
      assertFalse(
          !REFUSALS.contains(reply.getRefusal().getCode()),
          () -> "seed %d round %d: %s for %s".formatted(seed, round, reply, request));
    } else {
      assertEquals(request.getOperationsCount(), reply.getExecute().getRepliesCount());
    }
  }

  private static void sendDamaged(Harness it, RandomRequests requests, long seed, int round) {
    try {
      var damaged = ExecuteRequest.parseFrom(requests.damaged(requests.next().toByteArray()));
      // A deadline of a minute would be kept.
      if (damaged.getOperationsList().stream().noneMatch(o -> o.hasAwait())) {
        send(it, damaged.toBuilder().clearRequestId().build(), seed, round);
      }
    } catch (InvalidProtocolBufferException e) {
      assertFalse(e.getMessage().isEmpty(), "refused before it reaches an entity");
    }
  }

  private static void restart(Harness it, long seed, int round) {
    var before = it.get();
    it.restart();
    var after = it.get();

    var where = "seed %d round %d".formatted(seed, round);
    assertEquals(before.getSequenceNumber(), after.getSequenceNumber(), where);
    assertEquals(before.getStateHash(), after.getStateHash(), where);
    assertEquals(before.getMemoryPages(), after.getMemoryPages(), where);
    assertEquals(before.getPasidCacheEntries(), after.getPasidCacheEntries(), where);
    assertEquals(before.getParked(), after.getParked(), where);
    if (before.getConfig().getJournalLevelValue() == 2) {
      assertEquals(before.getSoftHash(), after.getSoftHash(), where);
    }
  }

  private static void verify(Harness it, long seed) {
    var verifier = new JournalVerifier("iommu|i1");
    long number = 0;
    for (var entry : it.entries()) {
      var stored = new Stored<>("iommu|i1", ++number, entry.getSerializedSize(), entry);
      assertEquals(List.of(), verifier.verify(stored).stream().toList(), "seed " + seed);
    }
  }
}
