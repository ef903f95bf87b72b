package dev.iommufleet.persistence.journal;

import dev.iommufleet.protocol.api.v1.Await;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.QueueIdle;
import dev.iommufleet.protocol.journal.v1.Cause;
import dev.iommufleet.protocol.journal.v1.ClientRequest;
import dev.iommufleet.protocol.journal.v1.Entry;
import dev.iommufleet.protocol.journal.v1.PeerMessage;
import dev.iommufleet.protocol.journal.v1.Recovered;
import dev.iommufleet.protocol.journal.v1.Session;
import dev.iommufleet.protocol.journal.v1.Snapshot;
import dev.iommufleet.protocol.journal.v1.StoredReply;
import dev.iommufleet.protocol.journal.v1.Suspended;
import dev.iommufleet.protocol.journal.v1.TimerFired;
import java.util.ArrayList;
import java.util.List;

/** What golden files are written of. */
public final class GoldenLife {
  private GoldenLife() {}

  /** From creation to deletion, each entry with its facts and hashes. */
  public static List<Entry> entries() {
    return EntryMaker.life("golden").entries;
  }

  /** An entry for each kind of cause; without facts. */
  public static List<Entry> causes() {
    var life = entries();
    var await =
        Operation.newBuilder()
            .setAwait(
                Await.newBuilder()
                    .setQueueIdle(QueueIdle.getDefaultInstance())
                    .setDeadlineMillis(1_500));
    var origins =
        List.of(
            Cause.newBuilder().setPeer(peer()),
            Cause.newBuilder()
                .setTimer(TimerFired.newBuilder().setName("await").setPosition(3).setIncarnation(2))
                .setRequestEntry(7)
                .setFirstOperation(1)
                .setExecuted(0),
            Cause.newBuilder().setRecovered(Recovered.newBuilder().setReason("resumed")),
            Cause.newBuilder()
                .setClient(ClientRequest.newBuilder().setSession("s").setSequence(1))
                .addOperations(await));
    var entries = new ArrayList<>(List.of(life.getFirst(), life.getLast()));
    for (var origin : origins) {
      entries.add(
          Entry.newBuilder()
              .setSchema(1)
              .setModelVersion("0.1.0")
              .setTimeUnixNanos(1_795_219_200_000_000_001L)
              .setIncarnation(2)
              .setCause(origin)
              .setStateHash(0xFEDC_BA98_7654_3210L)
              .setSoftHash(1)
              .setCachesEmptySince(7)
              .build());
    }
    return entries;
  }

  /** Of an IOMMU that runs, with what it remembers and owes. */
  public static Snapshot snapshot() {
    var maker = new EntryMaker("golden");
    maker.execute(Guest.boot());
    maker.execute(Guest.invalidate(0, 1));
    var client = maker.entries.getLast().getCause().getClient();
    return maker.snapshot().toBuilder()
        .addSessions(
            Session.newBuilder()
                .setSession(client.getSession())
                .setForgotten(1)
                .addReplies(
                    StoredReply.newBuilder()
                        .setSequence(2)
                        .setDigest(client.getDigest())
                        .setSequenceNumber(3)))
        .addSuspended(
            Suspended.newBuilder()
                .setRequestEntry(3)
                .addAllOperations(maker.entries.getLast().getCause().getOperationsList())
                .setNextOperation(1)
                .setClient(client))
        .setParkedSinceUnixNanos(5)
        .build();
  }

  private static PeerMessage.Builder peer() {
    return PeerMessage.newBuilder()
        .setPersistenceId("device|nic-1")
        .setSequenceNumber(12)
        .setIndex(3);
  }
}
