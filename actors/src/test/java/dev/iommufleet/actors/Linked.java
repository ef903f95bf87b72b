package dev.iommufleet.actors;

import com.google.protobuf.ByteString;
import dev.iommufleet.actors.LinkHarness.EntityKey;
import dev.iommufleet.hardware.vtd.spec.DescriptorText;
import dev.iommufleet.hardware.vtd.spec.DescriptorText.StatusSlot;
import dev.iommufleet.protocol.api.v1.AttachState;
import dev.iommufleet.protocol.api.v1.Capabilities;
import dev.iommufleet.protocol.api.v1.ConfigRegister;
import dev.iommufleet.protocol.api.v1.CreateHostDeviceRequest;
import dev.iommufleet.protocol.api.v1.CreateIommuRequest;
import dev.iommufleet.protocol.api.v1.DeleteHostDeviceRequest;
import dev.iommufleet.protocol.api.v1.DeleteIommuRequest;
import dev.iommufleet.protocol.api.v1.DmaMode;
import dev.iommufleet.protocol.api.v1.ExecuteHostDeviceRequest;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.GetHostDeviceRequest;
import dev.iommufleet.protocol.api.v1.GetIommuRequest;
import dev.iommufleet.protocol.api.v1.HostDevice;
import dev.iommufleet.protocol.api.v1.HostDeviceConfig;
import dev.iommufleet.protocol.api.v1.HostDeviceFact;
import dev.iommufleet.protocol.api.v1.HostDeviceKind;
import dev.iommufleet.protocol.api.v1.HostDeviceOperation;
import dev.iommufleet.protocol.api.v1.HostDeviceReply;
import dev.iommufleet.protocol.api.v1.HostInfo;
import dev.iommufleet.protocol.api.v1.HostProvider;
import dev.iommufleet.protocol.api.v1.Iommu;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.PciCapabilities;
import dev.iommufleet.protocol.api.v1.Profile;
import dev.iommufleet.protocol.api.v1.RequestId;
import dev.iommufleet.protocol.api.v1.Timeouts;
import dev.iommufleet.protocol.cluster.v1.EntityReply;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import dev.iommufleet.protocol.cluster.v1.WaitHostDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** A guest with one device, and what a test does with them. Every request is repeatable. */
final class Linked {
  static final int SOURCE = 0x18;
  private static final String FUNCTION = "00:03.0";

  private static final long ROOT = 0x1000;
  private static final long CONTEXT = 0x2000 + SOURCE * 32L;
  private static final long DIRECTORY = 0x10_000;
  private static final long PASID_TABLE = 0x11_000;
  private static final long QUEUE = 0x30_000;
  private static final long REQUESTS = 0x40_000;
  private static final long STATUS = 0x50_000;
  private static final long TABLES = 0x100_000;
  private static final int PATIENCE_MILLIS = 20_000;
  private static final long QIE = 1L << 26;
  private static final long SRTP = 1L << 30;
  private static final long TE = 1L << 31;

  final LinkHarness it;
  final String iommu;
  final String device;
  private final boolean passthrough;

  /** The IOMMU's own for device-TLB invalidations; 0: the node's. */
  int timeoutMillis;

  private long tail;
  private long requestHead;
  private int sequence;
  private int deviceSequence;
  private int waits;

  Linked(LinkHarness it, String name, boolean passthrough) {
    this.it = it;
    this.iommu = "i-" + name;
    this.device = "d-" + name;
    this.passthrough = passthrough;
  }

  String iommuKey() {
    return EntityKey.iommu(iommu);
  }

  String deviceKey() {
    return EntityKey.device(device);
  }

  Linked create(Profile profile) {
    it.startIommu(iommu);
    it.startDevice(device);
    createIommu(profile);
    createDevice();
    return this;
  }

  private void createIommu(Profile profile) {
    var spec =
        IommuSpec.newBuilder()
            .setProfile(profile)
            .setCapabilities(
                Capabilities.newBuilder()
                    .setAddressWidth(48)
                    .setCachingMode(true)
                    .setScalableMode(true)
                    .setFirstStage(true)
                    .setPasidBits(8)
                    .setPageRequests(true)
                    .setDeviceTlb(true));
    if (timeoutMillis != 0) {
      spec.setTimeouts(Timeouts.newBuilder().setDeviceTlbMillis(timeoutMillis));
    }
    if (profile == Profile.PROFILE_QEMU_11_1) {
      spec.putQuirkOverrides("ATTACH_BINDS_NOTHING", false); // Device TLBs have no part otherwise.
    }
    var created =
        it.ask(
            iommuKey(),
            EntityRequest.newBuilder()
                .setCreate(CreateIommuRequest.newBuilder().setIommuId(iommu).setSpec(spec)));
    require(created, created.hasCreate());
  }

  private void createDevice() {
    var config =
        HostDeviceConfig.newBuilder()
            .setKind(
                passthrough
                    ? HostDeviceKind.HOST_DEVICE_KIND_PASSTHROUGH
                    : HostDeviceKind.HOST_DEVICE_KIND_EMULATED)
            .setPci(
                PciCapabilities.newBuilder()
                    .setAts(true)
                    .setPasidWidth(8)
                    .setOutstanding(8)
                    .setResponsePasid(true));
    if (passthrough) {
      config.setHost(
          HostInfo.newBuilder()
              .setProvider(HostProvider.HOST_PROVIDER_IOMMUFD)
              .setAddressWidth(48)
              .setHardwareType(1)
              .setCap(0x19ED_008C_4078_0C66L)
              .setEcap(0x899C_A400_0F5EL)
              .setPasidWidth(8));
    }
    var made =
        it.ask(
            deviceKey(),
            EntityRequest.newBuilder()
                .setCreateHostDevice(
                    CreateHostDeviceRequest.newBuilder().setDeviceId(device).setConfig(config)));
    require(made, made.hasCreateHostDevice());
  }

  private static void require(EntityReply reply, boolean held) {
    if (!held) {
      throw new AssertionError("refused: " + reply);
    }
  }

  /** Tables with PASID 1 absent, queues, translation; the device's capabilities are on. */
  Linked boot() {
    var operations = new ArrayList<Operation>();
    operations.add(Ops.storeQuads(ROOT, 0x2000 | 1, 0x3000 | 1));
    operations.add(Ops.storeQuads(CONTEXT, DIRECTORY | 0x1D));
    operations.add(Ops.storeQuads(DIRECTORY, PASID_TABLE | 1));
    for (int level = 0; level < 3; level++) {
      operations.add(Ops.storeQuads(TABLES + level * 0x1000L, TABLES + (level + 1) * 0x1000L | 7));
    }
    operations.add(Ops.storeQuads(TABLES + 0x3000 + 8, 0x201_000 | 7));
    operations.add(Ops.write(0xE0, 4, 0));
    operations.add(Ops.write(0xD0, 8, REQUESTS));
    operations.add(Ops.write(0x90, 8, QUEUE | 1 << 11));
    operations.add(Ops.write(0x20, 8, ROOT | 1 << 10));
    operations.add(Ops.write(0x18, 4, QIE));
    operations.add(Ops.write(0x18, 4, QIE | SRTP));
    operations.add(Ops.write(0x18, 4, QIE | TE));
    guest(operations);
    config(ConfigRegister.CONFIG_REGISTER_COMMAND, 4);
    config(ConfigRegister.CONFIG_REGISTER_PASID_CONTROL, 1);
    config(ConfigRegister.CONFIG_REGISTER_ATS_CONTROL, 1 << 15);
    config(ConfigRegister.CONFIG_REGISTER_PRI_ALLOCATION, 8);
    config(ConfigRegister.CONFIG_REGISTER_PRI_CONTROL, 1);
    return this;
  }

  /** Executed once, however often it is asked. */
  ExecuteResponse guest(List<Operation> operations) {
    var request =
        EntityRequest.newBuilder()
            .setExecute(
                ExecuteRequest.newBuilder()
                    .setIommuId(iommu)
                    .setRequestId(RequestId.newBuilder().setSession("t").setSequence(++sequence))
                    .addAllOperations(operations));
    var reply =
        it.await(
            iommuKey(), request, r -> r.hasExecute() || !r.getRefusal().getCode().equals("BUSY"));
    require(reply, reply.hasExecute());
    return reply.getExecute();
  }

  /** Descriptors and a wait behind them; returns when its status is there. */
  ExecuteResponse submit(String... descriptors) {
    var operations = queued(descriptors);
    operations.add(Ops.awaitWord(STATUS + waits * 4L, waits, 50_000));
    return guest(operations);
  }

  /** The same without waiting for it. */
  ArrayList<Operation> queued(String... descriptors) {
    var operations = new ArrayList<Operation>();
    var slot = new StatusSlot(++waits, STATUS + waits * 4L);
    for (var text : descriptors) {
      put(operations, text, slot);
    }
    put(operations, "wait", slot);
    operations.add(Ops.write(0x88, 8, tail));
    return operations;
  }

  private void put(List<Operation> operations, String text, StatusSlot slot) {
    operations.add(Ops.storeQuads(QUEUE + tail, DescriptorText.parse(text, slot).words()));
    tail = (tail + 32) % 0x1000;
  }

  /** What a wait wrote, and whether it did. */
  boolean waitDone() {
    var reply = guest(List.of(Ops.load(STATUS + waits * 4L, 4)));
    return reply.getReplies(0).getMemoryBytes().getData().byteAt(0) == waits;
  }

  /** First-stage entry of PASID 1. */
  void bind() {
    guest(
        List.of(
            Ops.storeQuads(PASID_TABLE + 64 + 8, 5, TABLES),
            Ops.storeQuads(PASID_TABLE + 64, 1L << 6 | 2 << 2 | 1)));
    submit("pc did=5 pasid=1");
  }

  /** Answers the next page request as software does; the page is mapped meanwhile. */
  void serve() {
    it.await(
        iommuKey(),
        EntityRequest.newBuilder()
            .setExecute(
                ExecuteRequest.newBuilder()
                    .setIommuId(iommu)
                    .addOperations(Ops.read(0xC8, 8))
                    .addOperations(Ops.read(0xC0, 8))),
        r ->
            r.hasExecute()
                && r.getExecute().getReplies(0).getRegisterValue().getValue()
                    != r.getExecute().getReplies(1).getRegisterValue().getValue());
    requestHead += 32;
    guest(
        List.of(
            Ops.write(0xDC, 4, 1),
            Ops.storeQuads(TABLES + 0x3000 + 16, 0x202_000 | 7),
            Ops.write(0xC0, 8, requestHead)));
    submit("pgresp " + FUNCTION + " prgi=0 pasid=1 code=0");
  }

  Iommu iommu() {
    return it.ask(
            iommuKey(),
            EntityRequest.newBuilder().setGet(GetIommuRequest.newBuilder().setIommuId(iommu)))
        .getGet()
        .getIommu();
  }

  void awaitIommu(Predicate<Iommu> wanted) {
    it.await(
        iommuKey(),
        EntityRequest.newBuilder().setGet(GetIommuRequest.newBuilder().setIommuId(iommu)),
        r -> wanted.test(r.getGet().getIommu()));
  }

  int faultStatus() {
    var reply = guest(List.of(Ops.read(0x34, 4)));
    return (int) reply.getReplies(0).getRegisterValue().getValue();
  }

  EntityReply deleteIommu() {
    return it.ask(
        iommuKey(),
        EntityRequest.newBuilder().setDelete(DeleteIommuRequest.newBuilder().setIommuId(iommu)));
  }

  /** Executed once, however often it is asked. */
  EntityReply tryDevice(HostDeviceOperation.Builder operation) {
    return it.ask(
        deviceKey(),
        EntityRequest.newBuilder()
            .setExecuteHostDevice(
                ExecuteHostDeviceRequest.newBuilder()
                    .setDeviceId(device)
                    .setRequestId(
                        RequestId.newBuilder().setSession("t").setSequence(++deviceSequence))
                    .setOperation(operation)));
  }

  HostDeviceReply device(HostDeviceOperation.Builder operation) {
    var reply = tryDevice(operation);
    require(reply, reply.hasExecuteHostDevice());
    return reply.getExecuteHostDevice().getReply();
  }

  static HostDeviceOperation.Builder operation() {
    return HostDeviceOperation.newBuilder();
  }

  void config(ConfigRegister register, int value) {
    device(
        operation()
            .setWriteConfig(
                HostDeviceOperation.WriteConfig.newBuilder()
                    .setRegister(register)
                    .setValue(value)));
  }

  void attach() {
    attachTo(iommu);
  }

  void attachTo(String target) {
    device(
        operation()
            .setAttach(
                HostDeviceOperation.Attach.newBuilder().setIommu(target).setSourceId(SOURCE)));
  }

  void requestPage() {
    device(
        operation()
            .setRequestPage(
                HostDeviceOperation.RequestPage.newBuilder()
                    .setPasid(1)
                    .setAddress(0x2000)
                    .setRead(true)
                    .setLastInGroup(true)));
  }

  /** Two bytes by PASID 1, on the way through the IOMMU; {@code data} null: a read. */
  void startDma(long iova, ByteString data) {
    var dma =
        HostDeviceOperation.StartDma.newBuilder()
            .setPasid(1)
            .setIova(iova)
            .setLength(2)
            .setMode(DmaMode.DMA_MODE_PLAIN);
    if (data != null) {
      dma.setData(data);
    }
    device(operation().setStartDma(dma));
  }

  /** How a DMA ended; waits for it. */
  HostDeviceFact.DmaEnded ended(long dma) {
    var wait = WaitHostDevice.newBuilder().setDmaEnded(dma).setWaitMillis(PATIENCE_MILLIS);
    return it.await(
            deviceKey(),
            EntityRequest.newBuilder().setWaitHostDevice(wait),
            r -> r.getWaitHostDevice().getMet())
        .getWaitHostDevice()
        .getDma();
  }

  void detach() {
    device(operation().setDetach(HostDeviceOperation.Detach.getDefaultInstance()));
  }

  HostDevice device() {
    return awaitDevice(_ -> true);
  }

  HostDevice awaitDevice(Predicate<HostDevice> wanted) {
    return it.await(
            deviceKey(),
            EntityRequest.newBuilder()
                .setGetHostDevice(GetHostDeviceRequest.newBuilder().setDeviceId(device)),
            r -> r.hasGetHostDevice() && wanted.test(r.getGetHostDevice().getDevice()))
        .getGetHostDevice()
        .getDevice();
  }

  HostDevice awaitState(AttachState state) {
    return awaitDevice(d -> d.getAttachment().getState() == state);
  }

  EntityReply deleteDevice() {
    return it.ask(
        deviceKey(),
        EntityRequest.newBuilder()
            .setDeleteHostDevice(DeleteHostDeviceRequest.newBuilder().setDeviceId(device)));
  }
}
