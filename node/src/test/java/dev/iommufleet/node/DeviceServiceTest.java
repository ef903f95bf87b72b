package dev.iommufleet.node;

import static dev.iommufleet.node.Ops.store;
import static dev.iommufleet.node.Ops.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.client.Devices;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.RefusedException;
import dev.iommufleet.client.RetryPolicy;
import dev.iommufleet.protocol.api.v1.AttachDeviceRequest;
import dev.iommufleet.protocol.api.v1.AttachState;
import dev.iommufleet.protocol.api.v1.Await;
import dev.iommufleet.protocol.api.v1.Capabilities;
import dev.iommufleet.protocol.api.v1.ConfigRegister;
import dev.iommufleet.protocol.api.v1.DetachDeviceRequest;
import dev.iommufleet.protocol.api.v1.DeviceSpec;
import dev.iommufleet.protocol.api.v1.DmaOutcome;
import dev.iommufleet.protocol.api.v1.HostCallKind;
import dev.iommufleet.protocol.api.v1.HostDeviceKind;
import dev.iommufleet.protocol.api.v1.HostDeviceOperation;
import dev.iommufleet.protocol.api.v1.HostDeviceStateKind;
import dev.iommufleet.protocol.api.v1.InjectFaultRequest;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.RegisterEquals;
import dev.iommufleet.protocol.api.v1.RemoveDeviceRequest;
import dev.iommufleet.protocol.api.v1.RequestDevicePageRequest;
import dev.iommufleet.protocol.api.v1.RequestId;
import dev.iommufleet.protocol.api.v1.StartDmaRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Host devices over the API")
class DeviceServiceTest {
  static final int SOURCE_ID = 0x10; // 00:02.0
  static final int GCMD = 0x18;
  static final int GSTS = 0x1C;
  static final int RTADDR = 0x20;
  static final DeviceSpec PASSTHROUGH =
      DeviceSpec.newBuilder().setKind(HostDeviceKind.HOST_DEVICE_KIND_PASSTHROUGH).build();
  static final IommuSpec FIRST_STAGE =
      IommuSpec.newBuilder()
          .setCapabilities(
              Capabilities.newBuilder()
                  .setScalableMode(true)
                  .setFirstStage(true)
                  .setPasidBits(20)
                  .setCachingMode(true))
          .build();

  @TempDir static Path data;
  static TestNode fleet;
  static FleetClient client;
  static Devices devices;

  @BeforeAll
  static void start() {
    fleet = TestNode.start(data);
    client = fleet.client();
    devices = client.devices();
  }

  @AfterAll
  static void stop() {
    fleet.close();
  }

  private static Operation words(long address, long... words) {
    var bytes = ByteBuffer.allocate(8 * words.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long word : words) {
      bytes.putLong(word);
    }
    return store(address, bytes.array());
  }

  /** PASID 3 of 00:02.0 maps 0x7000 to 0x9000, where 11 22 33 44 lie. */
  private static void tables(String iommu) {
    client
        .session(iommu)
        .execute(
            List.of(
                words(0x1000, 0x2001, 0),
                words(0x2200, 0x3001, 0, 0, 0),
                words(0x3000, 0x4001),
                words(0x40C0, 0x41, 5, 0x5000, 0, 0, 0, 0, 0),
                words(0x5000, 0x6007),
                words(0x6000, 0x7007),
                words(0x7000, 0x8007),
                words(0x8038, 0x9007),
                words(0x9000, 0x44332211),
                write(RTADDR, 8, 0x1400),
                write(GCMD, 4, 0x4000_0000),
                write(GCMD, 4, 0x8000_0000),
                translationOn()));
  }

  /** Translation is on when every device has answered. */
  private static Operation translationOn() {
    var on =
        RegisterEquals.newBuilder()
            .setOffset(GSTS)
            .setSize(4)
            .setMask(0x8000_0000L)
            .setValue(0x8000_0000L);
    return Operation.newBuilder()
        .setAwait(Await.newBuilder().setRegister(on).setDeadlineMillis(20_000))
        .build();
  }

  @Test
  @DisplayName("a passed-through device binds a PASID, and its DMA goes through the guest's tables")
  void passthrough() {
    client.create("i1", FIRST_STAGE);
    devices.create("d1", PASSTHROUGH);

    var attached = devices.attach("d1", "i1", SOURCE_ID);
    tables("i1");
    devices.writeConfig("d1", ConfigRegister.CONFIG_REGISTER_COMMAND, 4);
    devices.writeConfig("d1", ConfigRegister.CONFIG_REGISTER_PASID_CONTROL, 1);
    var dma =
        devices.startDma(
            StartDmaRequest.newBuilder()
                .setDeviceId("d1")
                .setPasid(3)
                .setIova(0x7000)
                .setLength(4)
                .setWaitMillis(20_000)
                .build());

    assertEquals(1, attached.getEpoch());
    assertEquals(
        AttachState.ATTACH_STATE_ATTACHED, attached.getDevice().getAttachment().getState());
    assertEquals(0, dma.getErrno());
    assertEquals(DmaOutcome.DMA_OUTCOME_OK, dma.getResult().getOutcome());
    assertEquals(0x11, dma.getResult().getData().byteAt(0));
    assertEquals(dma.getResult(), devices.waitDma("d1", dma.getDma(), 0).orElseThrow());
    var bindings = devices.state("d1", HostDeviceStateKind.HOST_DEVICE_STATE_KIND_BINDINGS, 0, "");
    assertEquals(3, bindings.getBindings(0).getPasid());
    var objects = devices.state("d1", HostDeviceStateKind.HOST_DEVICE_STATE_KIND_OBJECTS, 1, "");
    assertEquals(1, objects.getObjectsCount());
    assertFalse(objects.getNextPageToken().isEmpty());
    assertEquals(1, client.get("i1").getAttachedDevices());

    var detached = devices.detach("d1");

    assertEquals(1, detached.getEpoch());
    assertEquals(
        AttachState.ATTACH_STATE_DETACHED, detached.getDevice().getAttachment().getState());
    assertEquals(0, client.get("i1").getAttachedDevices());
    assertTrue(devices.delete("d1") > 0);
    assertFalse(devices.list(0, "").getDeviceIdsList().contains("d1"));
  }

  @Test
  @DisplayName("what the function may not do is answered with an errno")
  void errnos() {
    devices.create("e1", DeviceSpec.getDefaultInstance());

    var dma =
        devices.startDma(
            StartDmaRequest.newBuilder().setDeviceId("e1").setIova(0).setLength(4).build());
    var page =
        devices.requestPage(
            RequestDevicePageRequest.newBuilder()
                .setDeviceId("e1")
                .setRead(true)
                .setLastInGroup(true)
                .build());

    assertEquals(-19, dma.getErrno());
    assertEquals(0, dma.getDma());
    assertEquals(-19, page.getErrno());
  }

  @Test
  @DisplayName("a device that is removed by surprise is gone at once, and can come again")
  void surprise() {
    client.create("i2", FIRST_STAGE);
    devices.create("d2", DeviceSpec.getDefaultInstance());
    devices.attach("d2", "i2", SOURCE_ID);

    devices.remove(RemoveDeviceRequest.newBuilder().setDeviceId("d2").setEpoch(1).build());
    var gone = devices.get("d2").getAttachment().getState();
    var again = devices.attach("d2", "i2", SOURCE_ID);

    assertEquals(AttachState.ATTACH_STATE_DETACHED, gone);
    assertEquals(2, again.getEpoch());
  }

  @Test
  @DisplayName("a reset puts registers back, and a host call that was ordered to fail fails")
  void resetAndInject() {
    client.create("i3", FIRST_STAGE);
    devices.create("d3", PASSTHROUGH);
    devices.attach("d3", "i3", SOURCE_ID);
    devices.writeConfig("d3", ConfigRegister.CONFIG_REGISTER_COMMAND, 4);

    devices.reset("d3");
    devices.inject(
        InjectFaultRequest.newBuilder()
            .setDeviceId("d3")
            .setFailHostCall(
                HostDeviceOperation.FailHostCall.newBuilder()
                    .setKind(HostCallKind.HOST_CALL_KIND_ATTACH)
                    .setN(1)
                    .setErrno(12))
            .build());
    tables("i3");

    assertEquals(0, devices.readConfig("d3", ConfigRegister.CONFIG_REGISTER_COMMAND));
    var kind = HostDeviceStateKind.HOST_DEVICE_STATE_KIND_ATTACHMENTS;
    var attachments = devices.state("d3", kind, 0, "").getAttachmentsList();
    assertEquals(List.of(0), attachments.stream().map(it -> it.getPasid()).toList());
  }

  @Test
  @DisplayName("leaving over a link that is down goes on when it is up, and a repeat waits for it")
  void leavingWithoutLink() {
    client.create("i5", FIRST_STAGE);
    devices.create("d5", DeviceSpec.getDefaultInstance());
    devices.attach("d5", "i5", SOURCE_ID);
    devices.inject(link(false));
    var impatient =
        DetachDeviceRequest.newBuilder()
            .setDeviceId("d5")
            .setRequestId(RequestId.newBuilder().setSession("s").setSequence(1))
            .setWaitMillis(1)
            .build();

    try (var once = FleetClient.connect(client.target(), RetryPolicy.NONE)) {
      var refused = assertThrows(RefusedException.class, () -> once.devices().detach(impatient));
      assertEquals("NO_ANSWER", refused.code());
    }
    var leaving = devices.get("d5").getAttachment().getState();
    devices.inject(link(true));
    var left = devices.detach(impatient.toBuilder().setWaitMillis(20_000).build());

    assertEquals(AttachState.ATTACH_STATE_DETACHING, leaving);
    assertEquals(AttachState.ATTACH_STATE_DETACHED, left.getDevice().getAttachment().getState());
  }

  private static InjectFaultRequest link(boolean up) {
    return InjectFaultRequest.newBuilder()
        .setDeviceId("d5")
        .setSetLink(HostDeviceOperation.SetLink.newBuilder().setUp(up))
        .build();
  }

  @Test
  @DisplayName("a repeat with the same id is one attachment, and waits for the same answer")
  void repeats() {
    client.create("i4", FIRST_STAGE);
    devices.create("d4", PASSTHROUGH);
    var request =
        AttachDeviceRequest.newBuilder()
            .setDeviceId("d4")
            .setIommuId("i4")
            .setSourceId(SOURCE_ID)
            .setRequestId(RequestId.newBuilder().setSession("s").setSequence(1))
            .build();

    var first = devices.attach(request);
    var second = devices.attach(request);

    assertEquals(1, first.getEpoch());
    assertEquals(1, second.getEpoch());
    assertEquals(3, devices.get("d4").getSequenceNumber());
  }
}
