package dev.iommufleet.actors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.actors.LinkHarness.Fate;
import dev.iommufleet.persistence.journal.HostDeviceVerifier;
import dev.iommufleet.persistence.journal.JournalVerifier;
import dev.iommufleet.persistence.journal.Stored;
import dev.iommufleet.protocol.api.v1.AttachState;
import dev.iommufleet.protocol.api.v1.GetIommuRequest;
import dev.iommufleet.protocol.api.v1.HostDeviceFact;
import dev.iommufleet.protocol.api.v1.Profile;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A device that is attached, bound, flushed, asks for a page and leaves")
class LinkCrashTest {
  private static final long SEED = Long.getLong("test.seed", 20261121);
  private static final int LOSSY_LIVES = 12;

  private final LinkHarness it = new LinkHarness(LinkHarness.LINKS);

  @AfterEach
  void close() {
    it.close();
  }

  /** Begins to count messages once all are created. */
  private Linked created(String name) {
    it.wire.fates = _ -> Fate.ARRIVES;
    var linked = new Linked(it, name, true).create(Profile.PROFILE_ARCHITECTURE).boot();
    it.wire.told.set(0);
    return linked;
  }

  private static void live(Linked linked) {
    linked.attach();
    linked.awaitState(AttachState.ATTACH_STATE_ATTACHED);
    linked.bind();
    linked.submit("piotlb did=5 pasid=1");
    linked.requestPage();
    linked.serve();
    linked.awaitDevice(device -> device.getGroupsCount() == 0 && device.getOwed() == 0);
    linked.detach();
    linked.awaitState(AttachState.ATTACH_STATE_DETACHED);
  }

  private void agree(String name, Linked linked) {
    it.wire.fates = _ -> Fate.ARRIVES;
    var device = linked.awaitDevice(d -> d.getOwed() == 0);
    linked.it.await(
        linked.iommuKey(),
        EntityRequest.newBuilder().setGet(GetIommuRequest.getDefaultInstance()),
        reply -> reply.getGet().getIommu().getAttachedDevices() == 0);
    var iommu = linked.iommu();
    assertFalse(iommu.hasParked(), name);
    assertEquals(0, device.getBindings(), name);
    assertEquals(0, device.getObjects(), name);
    assertEquals(0, linked.faultStatus() & 0x70, name + ": no queue error");
    assertEquals(1, calls(linked, HostDeviceFact::hasHostOpened), name + ": opened");
    assertEquals(
        1,
        calls(linked, f -> f.hasHostCalled() && f.getHostCalled().getCall().hasAllocate()),
        name + ": allocated");
    assertEquals(
        1,
        calls(linked, f -> f.hasHostCalled() && f.getHostCalled().getCall().hasReadFaults()),
        name + ": read from the fault queue");
    assertEquals(
        1,
        calls(linked, f -> f.hasHostCalled() && f.getHostCalled().getCall().hasWriteFaults()),
        name + ": written to the fault queue");
    assertEquals(1, calls(linked, f -> f.hasGroupEnded()), name + ": groups that ended");
    long doneTwice =
        linked.it.deviceEntries(linked.device).stream()
            .flatMap(entry -> entry.getFactsList().stream())
            .filter(HostDeviceFact::hasCommandDone)
            .map(fact -> fact.getCommandDone().getId())
            .distinct()
            .count();
    assertEquals(
        calls(linked, HostDeviceFact::hasCommandDone), doneTwice, name + ": commands done twice");
    verify(name, linked);

    long iommuHash = linked.iommu().getStateHash();
    long deviceHash = linked.device().getStateHash();
    it.restart(linked.iommuKey());
    it.restart(linked.deviceKey());
    assertEquals(iommuHash, linked.iommu().getStateHash(), name);
    assertEquals(deviceHash, linked.device().getStateHash(), name);
  }

  private void verify(String name, Linked linked) {
    var verifier = new JournalVerifier(linked.iommuKey());
    long number = 0;
    for (var entry : it.iommuEntries(linked.iommu)) {
      var stored = new Stored<>(linked.iommuKey(), ++number, 0, entry);
      assertEquals(Optional.empty(), verifier.verify(stored), name);
    }
    long deviceNumber = 0;
    var devices = new HostDeviceVerifier(linked.deviceKey());
    for (var entry : it.deviceEntries(linked.device)) {
      var stored = new Stored<>(linked.deviceKey(), ++deviceNumber, 0, entry);
      assertEquals(Optional.empty(), devices.verify(stored), name);
    }
  }

  private static long calls(Linked linked, Predicate<HostDeviceFact> which) {
    return linked.it.deviceEntries(linked.device).stream()
        .flatMap(entry -> entry.getFactsList().stream())
        .filter(which)
        .count();
  }

  @Test
  @DisplayName("does so undisturbed, and each cause names the entry of the other that it follows")
  void undisturbed() {
    var linked = created("calm");

    live(linked);

    agree("calm", linked);
    var peers =
        it.iommuEntries(linked.iommu).stream()
            .filter(entry -> entry.getCause().hasPeer())
            .map(entry -> entry.getCause().getPeer())
            .toList();
    assertFalse(peers.isEmpty());
    var deviceEntries = it.deviceEntries(linked.device);
    for (var peer : peers) {
      assertEquals("device|" + linked.device, peer.getPersistenceId());
      assertTrue(peer.getSequenceNumber() <= deviceEntries.size());
    }
    var first = peers.getFirst();
    var sender = deviceEntries.get((int) first.getSequenceNumber() - 1);
    assertTrue(sender.getFacts(first.getIndex()).getReported().getReport().hasAttach());
  }

  @Test
  @DisplayName("does so whichever end is killed between any two messages")
  void killed() {
    var calm = created("count");
    live(calm);
    int messages = it.wire.told.get();
    assertTrue(messages >= 12, "messages: " + messages);

    for (var fate : new Fate[] {Fate.RECEIVER_KILLED, Fate.SENDER_KILLED}) {
      for (int victim = 1; victim <= messages; victim++) {
        var name = "k" + fate.ordinal() + "-" + victim;
        var linked = created(name);
        int chosen = victim;
        it.wire.fates = number -> number == chosen ? fate : Fate.ARRIVES;

        live(linked);

        agree(name, linked);
      }
    }
  }

  @Test
  @DisplayName("does so when messages are lost and repeated")
  void lossy() {
    for (int life = 0; life < LOSSY_LIVES; life++) {
      var linked = created("l" + life);
      var random = new Random(SEED + life);
      it.wire.fates =
          _ -> {
            synchronized (random) {
              int die = random.nextInt(10);
              return die < 2 ? Fate.LOST : die < 4 ? Fate.TWICE : Fate.ARRIVES;
            }
          };

      live(linked);

      agree("seed " + (SEED + life), linked);
    }
  }
}
