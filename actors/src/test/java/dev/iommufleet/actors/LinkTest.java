package dev.iommufleet.actors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.iommufleet.actors.LinkHarness.Fate;
import dev.iommufleet.protocol.api.v1.AttachOutcome;
import dev.iommufleet.protocol.api.v1.AttachState;
import dev.iommufleet.protocol.api.v1.CompletionFault;
import dev.iommufleet.protocol.api.v1.DeviceLost;
import dev.iommufleet.protocol.api.v1.DmaMode;
import dev.iommufleet.protocol.api.v1.DmaOutcome;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.GetIommuRequest;
import dev.iommufleet.protocol.api.v1.HostDeviceFact;
import dev.iommufleet.protocol.api.v1.HostDeviceOperation;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.Profile;
import dev.iommufleet.protocol.cluster.v1.EntityReply;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Between an IOMMU and its devices")
class LinkTest {
  private static final int PPF = 1 << 1;
  private static final int ITE = 1 << 6;
  private static final String FLUSH = "dtlb 00:03.0 all";

  private LinkHarness it = new LinkHarness(LinkHarness.LINKS);

  @AfterEach
  void close() {
    it.close();
  }

  private Linked attached(String name, boolean passthrough, Profile profile) {
    var linked = new Linked(it, name, passthrough).create(profile).boot();
    linked.attach();
    linked.awaitState(AttachState.ATTACH_STATE_ATTACHED);
    return linked;
  }

  private static void failCompletions(Linked linked, CompletionFault fault) {
    linked.device(
        Linked.operation()
            .setFailCompletions(
                HostDeviceOperation.FailCompletions.newBuilder().setFault(fault).setN(1)));
  }

  private static void release(Linked linked) {
    linked.device(
        Linked.operation()
            .setReleaseCompletions(HostDeviceOperation.ReleaseCompletions.getDefaultInstance()));
  }

  @Test
  @DisplayName("a suspended request of profile qemu-11.1 goes on when the device answers")
  void suspended() {
    var linked = attached("q", false, Profile.PROFILE_QEMU_11_1);
    failCompletions(linked, CompletionFault.COMPLETION_FAULT_LATE);
    var operations = linked.queued(FLUSH);
    operations.add(Ops.load(0x50_004, 4));
    var probe = it.kit.createTestProbe(EntityReply.class);
    it.send(
        linked.iommuKey(),
        EntityRequest.newBuilder()
            .setExecute(
                ExecuteRequest.newBuilder().setIommuId(linked.iommu).addAllOperations(operations)),
        probe);
    linked.awaitDevice(device -> device.getWithheldCount() == 1);
    assertEquals(1, linked.iommu().getSuspendedRequests());
    assertTrue(linked.iommu().hasParked());

    release(linked);

    var replies = probe.receiveMessage().getExecute().getRepliesList();
    assertEquals(1, replies.getLast().getMemoryBytes().getData().byteAt(0));
    assertEquals(0, linked.iommu().getSuspendedRequests());
  }

  @Test
  @DisplayName("a completion that comes late is no error, over a restart of both either")
  void late() {
    var linked = attached("late", false, Profile.PROFILE_ARCHITECTURE);
    failCompletions(linked, CompletionFault.COMPLETION_FAULT_LATE);
    linked.guest(linked.queued(FLUSH));
    linked.awaitDevice(device -> device.getWithheldCount() == 1);
    assertFalse(linked.waitDone());
    it.restart(linked.iommuKey());
    it.restart(linked.deviceKey());

    release(linked);

    it.await(
        linked.iommuKey(),
        EntityRequest.newBuilder().setGet(GetIommuRequest.getDefaultInstance()),
        r -> !r.getGet().getIommu().hasParked());
    assertTrue(linked.waitDone());
    assertEquals(0, linked.faultStatus() & 0x70);
  }

  @ParameterizedTest
  @CsvSource({"100, 0", "60000, 100"})
  @DisplayName("an invalidation that the device was told to forget runs into its time-out")
  void timeOut(int ofNode, int ofIommu) {
    it.close();
    it = new LinkHarness(new LinkSettings(new Resending(20, 200), ofNode, 5));
    var linked = new Linked(it, "t", false);
    linked.timeoutMillis = ofIommu;
    linked.create(Profile.PROFILE_ARCHITECTURE).boot();
    linked.attach();
    linked.awaitState(AttachState.ATTACH_STATE_ATTACHED);
    failCompletions(linked, CompletionFault.COMPLETION_FAULT_NEVER);

    linked.guest(linked.queued(FLUSH));

    it.await(
        linked.iommuKey(),
        EntityRequest.newBuilder()
            .setExecute(ExecuteRequest.newBuilder().addOperations(Ops.read(0x34, 4))),
        r -> (r.getExecute().getReplies(0).getRegisterValue().getValue() & ITE) != 0);
    assertFalse(linked.waitDone());
    var timer =
        it.iommuEntries(linked.iommu).stream()
            .filter(entry -> entry.getCause().hasTimer())
            .findFirst()
            .orElseThrow();
    assertEquals("invalidation-timeout", timer.getCause().getTimer().getName());
    assertTrue(timer.getCause().getOperations(0).hasExpireInvalidations());
  }

  @Test
  @DisplayName("a device whose entity does not run is our failure: no time-out, and it is shown")
  void silent() {
    it.close();
    it = new LinkHarness(new LinkSettings(new Resending(10, 20), 100, 5));
    var linked = attached("s", false, Profile.PROFILE_ARCHITECTURE);
    it.wire.fates = _ -> Fate.LOST;

    linked.guest(linked.queued(FLUSH));

    it.await(
        linked.iommuKey(),
        EntityRequest.newBuilder().setGet(GetIommuRequest.getDefaultInstance()),
        r -> r.getGet().getIommu().getParked().getInfrastructure());
    assertEquals(List.of(Linked.SOURCE), linked.iommu().getParked().getSourceIdsList());
    assertEquals(0, linked.faultStatus() & ITE);

    it.wire.fates = _ -> Fate.ARRIVES;
    it.await(
        linked.iommuKey(),
        EntityRequest.newBuilder().setGet(GetIommuRequest.getDefaultInstance()),
        r -> !r.getGet().getIommu().hasParked());
    assertTrue(linked.waitDone());
  }

  @Test
  @DisplayName("nothing is deleted that is attached")
  void deletion() {
    var linked = attached("x", true, Profile.PROFILE_ARCHITECTURE);

    assertEquals("HOST_DEVICE_ATTACHED", linked.deleteDevice().getRefusal().getCode());
    assertEquals("DEVICES_ATTACHED", linked.deleteIommu().getRefusal().getCode());

    linked.detach();
    linked.awaitState(AttachState.ATTACH_STATE_DETACHED);
    assertTrue(linked.deleteDevice().hasDeleteHostDevice());
    it.await(
        linked.iommuKey(),
        EntityRequest.newBuilder().setGet(GetIommuRequest.getDefaultInstance()),
        r -> r.getGet().getIommu().getAttachedDevices() == 0);
    assertTrue(linked.deleteIommu().hasDelete());
    assertEquals("HOST_DEVICE_NOT_FOUND", linked.deleteDevice().getRefusal().getCode());
  }

  @Test
  @DisplayName("a removed device is deleted only when its IOMMU knows")
  void lossUnknown() {
    var linked = attached("r", true, Profile.PROFILE_ARCHITECTURE);
    it.wire.fates = _ -> Fate.LOST;
    linked.device(Linked.operation().setRemove(HostDeviceOperation.Remove.getDefaultInstance()));

    assertEquals("HOST_DEVICE_ATTACHED", linked.deleteDevice().getRefusal().getCode());

    it.wire.fates = _ -> Fate.ARRIVES;
    linked.awaitDevice(device -> device.getOwed() == 0);
    assertEquals(0, linked.iommu().getAttachedDevices());
    assertTrue(linked.deleteDevice().hasDeleteHostDevice());
  }

  @Test
  @DisplayName("one function is one device's, and its clients speak for it no more")
  void taken() {
    var first = attached("a", true, Profile.PROFILE_ARCHITECTURE);
    var second = new Linked(it, "b", true);
    second.create(Profile.PROFILE_ARCHITECTURE);

    second.attachTo(first.iommu);

    var device = second.awaitState(AttachState.ATTACH_STATE_DETACHED);
    assertEquals(
        AttachOutcome.ATTACH_OUTCOME_ALREADY_ATTACHED, device.getAttachment().getOutcome());
    var lost =
        it.ask(
            first.iommuKey(),
            EntityRequest.newBuilder()
                .setExecute(
                    ExecuteRequest.newBuilder()
                        .setIommuId(first.iommu)
                        .addOperations(
                            Operation.newBuilder()
                                .setDeviceLost(
                                    DeviceLost.newBuilder().setSourceId(Linked.SOURCE)))));
    assertEquals("PLAYED_BY_HOST_DEVICE", lost.getRefusal().getCode());
    assertEquals(1, first.iommu().getAttachedDevices());
  }

  @Test
  @DisplayName("an attachment to an IOMMU that nobody created is refused")
  void nowhere() {
    var linked = new Linked(it, "n", true).create(Profile.PROFILE_ARCHITECTURE);
    it.startIommu("i-nowhere");

    linked.attachTo("i-nowhere");

    assertEquals(
        1, linked.awaitState(AttachState.ATTACH_STATE_DETACHED).getAttachment().getEpoch());
  }

  @Test
  @DisplayName("a DMA of a passed-through device reads what the guest's tables map")
  void dmaByHost() {
    var linked = attached("h", true, Profile.PROFILE_ARCHITECTURE);
    linked.guest(List.of(Ops.store(0x201_000, (byte) 7, (byte) 8, (byte) 9)));
    linked.bind();

    assertEquals(
        ByteString.copyFrom(new byte[] {7, 8, 9}), dma(linked, 0x1000, DmaMode.DMA_MODE_ATS));
    assertEquals(1, linked.device().getTranslations());
  }

  @Test
  @DisplayName("a DMA of an emulated device to a page that is absent waits for the guest")
  void sva() {
    var linked = attached("e", false, Profile.PROFILE_ARCHITECTURE);
    linked.guest(List.of(Ops.store(0x202_000, (byte) 1, (byte) 2, (byte) 3)));
    linked.bind();
    start(linked, 0x2000, DmaMode.DMA_MODE_SVA);
    linked.serve();

    linked.awaitDevice(device -> device.getDmasCount() == 0);

    assertEquals(ByteString.copyFrom(new byte[] {1, 2, 3}), ended(linked).getData());
  }

  @Test
  @DisplayName("a DMA that the link brings twice, before and after a restart, writes once")
  void writesOnce() {
    var linked = attached("w", false, Profile.PROFILE_ARCHITECTURE);
    linked.bind();
    it.wire.fates = number -> number % 2 == 0 ? Fate.LOST : Fate.TWICE;
    linked.startDma(0x1000, ByteString.copyFrom(new byte[] {5, 6}));
    it.await(
        linked.iommuKey(),
        EntityRequest.newBuilder()
            .setExecute(ExecuteRequest.newBuilder().addOperations(Ops.load(0x201_000, 1))),
        r -> r.getExecute().getReplies(0).getMemoryBytes().getData().byteAt(0) == 5);
    it.restart(linked.iommuKey());
    linked.awaitDevice(device -> device.getDmasCount() == 0);

    assertEquals(1, asked(linked));
    assertEquals(DmaOutcome.DMA_OUTCOME_OK, ended(linked).getOutcome());
  }

  @Test
  @DisplayName("a DMA that faulted is told so again, after a restart of both too, and faulted once")
  void faultsOnce() {
    var linked = attached("f", false, Profile.PROFILE_ARCHITECTURE);
    linked.bind();
    it.wire.fates = number -> number % 2 == 0 ? Fate.LOST : Fate.TWICE;
    linked.startDma(0x9000, ByteString.copyFrom(new byte[] {5, 6}));
    it.await(
        linked.iommuKey(),
        EntityRequest.newBuilder()
            .setExecute(ExecuteRequest.newBuilder().addOperations(Ops.read(0x34, 4))),
        r -> (r.getExecute().getReplies(0).getRegisterValue().getValue() & PPF) != 0);
    it.restart(linked.iommuKey());
    it.restart(linked.deviceKey());
    linked.awaitDevice(device -> device.getDmasCount() == 0);

    assertEquals(1, asked(linked));
    assertEquals(DmaOutcome.DMA_OUTCOME_FAULT, onlyEnd(linked).getOutcome());
  }

  /** Entries that a device's question made. */
  private long asked(Linked linked) {
    return it.iommuEntries(linked.iommu).stream()
        .filter(entry -> entry.getCause().getPeer().getAsk() != 0)
        .count();
  }

  private ByteString dma(Linked linked, long iova, DmaMode mode) {
    start(linked, iova, mode);
    linked.awaitDevice(device -> device.getDmasCount() == 0);
    return ended(linked).getData();
  }

  private static void start(Linked linked, long iova, DmaMode mode) {
    linked.device(
        Linked.operation()
            .setStartDma(
                HostDeviceOperation.StartDma.newBuilder()
                    .setPasid(1)
                    .setIova(iova)
                    .setLength(3)
                    .setMode(mode)));
  }

  private HostDeviceFact.DmaEnded ended(Linked linked) {
    var ended = onlyEnd(linked);
    assertEquals(DmaOutcome.DMA_OUTCOME_OK, ended.getOutcome());
    return ended;
  }

  private HostDeviceFact.DmaEnded onlyEnd(Linked linked) {
    var ended =
        it.deviceEntries(linked.device).stream()
            .flatMap(entry -> entry.getFactsList().stream())
            .filter(HostDeviceFact::hasDmaEnded)
            .map(HostDeviceFact::getDmaEnded)
            .toList();
    assertEquals(1, ended.size());
    return ended.getFirst();
  }
}
