package dev.iommufleet.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.iommufleet.client.Devices;
import dev.iommufleet.client.RefusedException;
import dev.iommufleet.protocol.api.v1.AttachDeviceRequest;
import dev.iommufleet.protocol.api.v1.ConfigRegister;
import dev.iommufleet.protocol.api.v1.DetachDeviceRequest;
import dev.iommufleet.protocol.api.v1.DeviceSpec;
import dev.iommufleet.protocol.api.v1.DmaMode;
import dev.iommufleet.protocol.api.v1.HostDeviceKind;
import dev.iommufleet.protocol.api.v1.HostDeviceOperation;
import dev.iommufleet.protocol.api.v1.HostDeviceStateKind;
import dev.iommufleet.protocol.api.v1.HostSpec;
import dev.iommufleet.protocol.api.v1.InjectFaultRequest;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.RemoveDeviceRequest;
import dev.iommufleet.protocol.api.v1.RequestDevicePageRequest;
import dev.iommufleet.protocol.api.v1.StartDmaRequest;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Bad input to host devices")
class BadDeviceInputTest {
  static final int SOURCE_ID = 0x10; // 00:02.0

  @TempDir static Path data;
  static TestNode fleet;
  static Devices devices;

  @BeforeAll
  static void start() {
    fleet = TestNode.start(data);
    devices = fleet.client().devices();
    fleet.client().create("i1", DeviceServiceTest.FIRST_STAGE);
    fleet.client().create("legacy", IommuSpec.getDefaultInstance());
    devices.create("free", DeviceSpec.getDefaultInstance());
    devices.create("taken", DeviceServiceTest.PASSTHROUGH);
    devices.attach("taken", "i1", SOURCE_ID);
  }

  @AfterAll
  static void stop() {
    fleet.close();
  }

  private static RefusedException assertRefused(String code, Executable call) {
    var refused = assertThrows(RefusedException.class, call);
    assertEquals(code, refused.code(), refused.getMessage());
    return refused;
  }

  private static StartDmaRequest.Builder dma() {
    return StartDmaRequest.newBuilder().setDeviceId("free").setLength(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/b", "🙂", "a b"})
  @DisplayName("as an id is refused everywhere")
  void ids(String id) {
    assertRefused("BAD_ID", () -> devices.create(id, DeviceSpec.getDefaultInstance()));
    assertRefused("BAD_ID", () -> devices.get(id));
    assertRefused("BAD_ID", () -> devices.delete(id));
    assertRefused("BAD_ID", () -> devices.attach(id, "i1", SOURCE_ID));
    assertRefused("BAD_ID", () -> devices.attach("free", id, SOURCE_ID));
    assertRefused("BAD_ID", () -> devices.detach(id));
    assertRefused("BAD_ID", () -> devices.reset(id));
  }

  @Test
  @DisplayName("about which device or IOMMU is refused")
  void which() {
    assertRefused("HOST_DEVICE_NOT_FOUND", () -> devices.get("nobody"));
    assertRefused("HOST_DEVICE_NOT_FOUND", () -> devices.delete("nobody"));
    assertRefused("HOST_DEVICE_NOT_FOUND", () -> devices.detach("nobody"));
    assertRefused("HOST_DEVICE_NOT_FOUND", () -> devices.attach("nobody", "i1", SOURCE_ID));
    assertRefused("HOST_DEVICE_NOT_FOUND", () -> devices.waitDma("nobody", 1, 0));
    assertRefused("IOMMU_NOT_FOUND", () -> devices.attach("free", "nobody", SOURCE_ID));
    assertRefused(
        "HOST_DEVICE_EXISTS", () -> devices.create("free", DeviceServiceTest.PASSTHROUGH));
    assertRefused("HOST_DEVICE_ATTACHED", () -> devices.delete("taken"));
  }

  @Test
  @DisplayName("an IOMMU that does not take the device says why, with its numbers")
  void refusedByIommu() {
    var narrow =
        DeviceServiceTest.PASSTHROUGH.toBuilder()
            .setHost(HostSpec.newBuilder().setAddressWidth(39))
            .build();
    devices.create("narrow", narrow);
    devices.create("fits", DeviceServiceTest.PASSTHROUGH);

    var width = assertRefused("ATTACH_REFUSED", () -> devices.attach("narrow", "i1", 0x20));
    var taken = assertRefused("ATTACH_REFUSED", () -> devices.attach("free", "i1", SOURCE_ID));
    var mode = assertRefused("ATTACH_REFUSED", () -> devices.attach("fits", "legacy", 0x20));

    assertEquals("WIDTH_EXCEEDED", width.refusal().getMetadataOrThrow("outcome"));
    assertEquals("48", width.refusal().getMetadataOrThrow("wanted"));
    assertEquals("39", width.refusal().getMetadataOrThrow("offered"));
    assertTrue(
        width.getMessage().contains("the guest's addresses have 48 bits, the host's 39"),
        width.getMessage());
    assertEquals("ALREADY_ATTACHED", taken.refusal().getMetadataOrThrow("outcome"));
    assertEquals("CACHING_MODE_OFF", mode.refusal().getMetadataOrThrow("outcome"));
  }

  @Test
  @DisplayName("attaching what is attached, detaching what is not, and a wrong epoch are refused")
  void states() {
    assertRefused("WRONG_STATE", () -> devices.attach("taken", "i1", 0x20));
    assertRefused("WRONG_STATE", () -> devices.detach("free"));
    assertRefused(
        "WRONG_STATE",
        () -> devices.remove(RemoveDeviceRequest.newBuilder().setDeviceId("free").build()));
    var wrong =
        assertRefused(
            "WRONG_EPOCH",
            () ->
                devices.detach(
                    DetachDeviceRequest.newBuilder().setDeviceId("taken").setEpoch(7).build()));
    assertRefused(
        "WRONG_EPOCH",
        () ->
            devices.remove(
                RemoveDeviceRequest.newBuilder().setDeviceId("taken").setEpoch(7).build()));
    assertEquals("1", wrong.refusal().getMetadataOrThrow("epoch"));
  }

  @Test
  @DisplayName("in a specification is refused")
  void specifications() {
    var host = DeviceSpec.newBuilder().setHost(HostSpec.newBuilder().setCap(1)).build();
    var noAts = DeviceSpec.newBuilder().setAts(false).setOutstanding(8).build();
    var wide = DeviceSpec.newBuilder().setPasidWidth(21).build();
    var unknown = DeviceSpec.newBuilder().setKindValue(99).build();

    assertRefused("CONFIG_CONFLICT", () -> devices.create("new", host));
    assertRefused("CONFIG_CONFLICT", () -> devices.create("new", noAts));
    assertRefused("CONFIG_CONFLICT", () -> devices.create("new", wide));
    assertRefused("BAD_ARGUMENT", () -> devices.create("new", unknown));
    assertRefused("BAD_ARGUMENT", () -> devices.startDma(dma().setModeValue(99).build()));
  }

  @Test
  @DisplayName("in widths, lengths and limits is refused")
  void widths() {
    assertRefused("BAD_ARGUMENT", () -> devices.attach("free", "i1", 0x10000));
    assertRefused(
        "BAD_ARGUMENT",
        () ->
            devices.attach(
                AttachDeviceRequest.newBuilder().setDeviceId("free").setIommuId("i1").build()));
    assertRefused("BAD_ARGUMENT", () -> devices.startDma(dma().setPasid(0x10_0000).build()));
    assertRefused("BAD_ARGUMENT", () -> devices.startDma(dma().setLength(0).build()));
    assertRefused("BAD_ARGUMENT", () -> devices.startDma(dma().setLength(4_097).build()));
    assertRefused("BAD_ARGUMENT", () -> devices.startDma(dma().setIova(-1).build()));
    assertRefused(
        "BAD_ARGUMENT",
        () -> devices.startDma(dma().setData(ByteString.copyFromUtf8("no")).build()));
    assertRefused("LIMIT_EXCEEDED", () -> devices.startDma(dma().setWaitMillis(60_001).build()));
    assertRefused(
        "BAD_ARGUMENT",
        () -> devices.readConfig("free", ConfigRegister.CONFIG_REGISTER_UNSPECIFIED));
    assertRefused(
        "BAD_ARGUMENT",
        () -> devices.writeConfig("free", ConfigRegister.CONFIG_REGISTER_COMMAND, 0x10000));
    assertRefused("LIMIT_EXCEEDED", () -> devices.list(1_001, ""));
    assertRefused("BAD_PAGE_TOKEN", () -> devices.list(10, "no/token"));
    var kind = HostDeviceStateKind.HOST_DEVICE_STATE_KIND_BINDINGS;
    assertRefused("LIMIT_EXCEEDED", () -> devices.state("free", kind, 1_001, ""));
    assertRefused("BAD_PAGE_TOKEN", () -> devices.state("free", kind, 0, "no/token"));
    assertRefused(
        "BAD_ARGUMENT",
        () -> devices.state("free", HostDeviceStateKind.HOST_DEVICE_STATE_KIND_UNSPECIFIED, 0, ""));
  }

  @Test
  @DisplayName("to what a device does not have is refused")
  void without() {
    var spec =
        DeviceSpec.newBuilder()
            .setKind(HostDeviceKind.HOST_DEVICE_KIND_EMULATED)
            .setAts(false)
            .build();
    devices.create("plain", spec);
    var fail = HostDeviceOperation.FailHostCall.newBuilder().setKindValue(1).setN(1).setErrno(5);
    var page = RequestDevicePageRequest.newBuilder().setDeviceId("plain").setRead(true).build();

    assertRefused(
        "UNSUPPORTED",
        () -> devices.startDma(dma().setDeviceId("plain").setMode(DmaMode.DMA_MODE_ATS).build()));
    assertRefused("UNSUPPORTED", () -> devices.requestPage(page));
    assertRefused(
        "UNSUPPORTED",
        () ->
            devices.inject(
                InjectFaultRequest.newBuilder()
                    .setDeviceId("plain")
                    .setFailHostCall(fail)
                    .build()));
    assertRefused(
        "UNKNOWN_OPERATION",
        () -> devices.inject(InjectFaultRequest.newBuilder().setDeviceId("plain").build()));
  }
}
