package dev.iommufleet.actors;

import static dev.iommufleet.actors.Harness.answer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.TestProbe;
import dev.iommufleet.protocol.api.v1.AnswerCommand;
import dev.iommufleet.protocol.api.v1.AttachDevice;
import dev.iommufleet.protocol.api.v1.AttachOutcome;
import dev.iommufleet.protocol.api.v1.Command;
import dev.iommufleet.protocol.api.v1.DeleteIommuRequest;
import dev.iommufleet.protocol.api.v1.DetachDevice;
import dev.iommufleet.protocol.api.v1.Fact;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.WatchKind;
import dev.iommufleet.protocol.api.v1.WatchRequest;
import dev.iommufleet.protocol.api.v1.WatchedFact;
import dev.iommufleet.protocol.cluster.v1.EntityReply;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An entity with devices")
class EntityDevicesTest {
  private static final int SOURCE = 0x10;

  private final Harness it = new Harness();

  @AfterEach
  void close() {
    it.close();
  }

  private static Operation attach(int sourceId) {
    return Operation.newBuilder()
        .setAttachDevice(AttachDevice.newBuilder().setSourceId(sourceId).setEpoch(7))
        .build();
  }

  private static Operation detach(int sourceId) {
    return Operation.newBuilder()
        .setDetachDevice(DetachDevice.newBuilder().setSourceId(sourceId))
        .build();
  }

  private static Operation answered(int sourceId, long id) {
    return Operation.newBuilder()
        .setAnswerCommand(AnswerCommand.newBuilder().setSourceId(sourceId).setEpoch(7).setId(id))
        .build();
  }

  private static EntityRequest.Builder delete() {
    return EntityRequest.newBuilder().setDelete(DeleteIommuRequest.getDefaultInstance());
  }

  private static List<Fact> seen(TestProbe<EntityReply> watcher) {
    return answer(watcher).getWatch().getEntry().getFactsList().stream()
        .map(WatchedFact::getFact)
        .toList();
  }

  @Test
  @DisplayName("counts them, and is not deleted before they have left")
  void deletedAfterwards() {
    it.create();
    var attached = it.execute(attach(SOURCE), attach(0x111)).getReplies(0).getAttachAnswer();
    assertEquals(AttachOutcome.ATTACH_OUTCOME_ACCEPTED, attached.getOutcome());
    assertEquals(2, it.get().getAttachedDevices());

    var refusal = it.refusal(delete());

    assertEquals("DEVICES_ATTACHED", refusal.getCode());
    assertEquals(
        "IOMMU 'i1' has attached devices: 00:02.0, 01:02.1; detach them first",
        refusal.getMessage());
    assertEquals("00:02.0, 01:02.1", refusal.getMetadataOrThrow("source_ids"));
    it.execute(detach(SOURCE), detach(0x111), answered(SOURCE, 1));
    assertEquals("01:02.1", it.refusal(delete()).getMetadataOrThrow("source_ids"));
    it.execute(answered(0x111, 1));
    assertEquals(0, it.get().getAttachedDevices());
    assertEquals(5, it.ask(delete()).getDelete().getSequenceNumber());
  }

  @Test
  @DisplayName("shows watchers who comes and goes, and what each is told")
  void watched() {
    it.create();
    var request =
        WatchRequest.newBuilder()
            .setIommuId("i1")
            .addKinds(WatchKind.WATCH_KIND_DEVICE)
            .addKinds(WatchKind.WATCH_KIND_COMMAND);
    var watcher = it.send(EntityRequest.newBuilder().setWatch(request));
    assertTrue(answer(watcher).getWatch().hasCaughtUp());

    it.execute(attach(SOURCE));
    var came = seen(watcher);
    it.execute(detach(SOURCE));
    var leaves = seen(watcher);
    it.execute(answered(SOURCE, 1));
    var left = seen(watcher);

    assertEquals(1, came.size());
    assertEquals(7, came.getFirst().getDeviceAttached().getEpoch());
    assertEquals(2, leaves.size());
    assertTrue(leaves.getFirst().hasDeviceDetaching());
    var posted = leaves.getLast().getCommandPosted();
    assertEquals(1, posted.getId());
    assertEquals(Command.KindCase.DETACH, posted.getCommand().getKindCase());
    assertEquals(1, left.size());
    assertEquals(SOURCE, left.getFirst().getDeviceDetached().getSourceId());
  }

  @Test
  @DisplayName("has them again after it left memory")
  void recovered() {
    it.create();
    var before = it.execute(attach(SOURCE)).getStateHash();

    it.restart();

    assertEquals(1, it.get().getAttachedDevices());
    assertEquals(before, it.get().getStateHash());
    var again = it.execute(attach(SOURCE)).getReplies(0).getAttachAnswer();
    assertEquals(AttachOutcome.ATTACH_OUTCOME_ACCEPTED, again.getOutcome());
  }
}
