package dev.iommufleet.node;

import static dev.iommufleet.node.Ops.awaitWord;
import static dev.iommufleet.node.Ops.store;
import static dev.iommufleet.node.Ops.write;

import dev.iommufleet.client.Devices;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.hardware.vtd.spec.DescriptorText;
import dev.iommufleet.hardware.vtd.spec.DescriptorText.StatusSlot;
import dev.iommufleet.protocol.api.v1.Capabilities;
import dev.iommufleet.protocol.api.v1.ConfigRegister;
import dev.iommufleet.protocol.api.v1.DeviceSpec;
import dev.iommufleet.protocol.api.v1.HostDeviceKind;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A node in a process of its own, an IOMMU there with devices behind it, the last of them emulated
 * and the others passed through, and what was acknowledged so far.
 */
final class DeviceLab implements AutoCloseable {
  static final String IOMMU = "lab";

  /** Whoever is late here is not to be given up. */
  private static final String LONG_TIME_OUT = "iommu-fleet.timeouts.device-tlb-millis=600000";

  static final List<String> DEVICES = List.of("d0", "d1", "d2", "e");
  static final int EMULATED = 3;
  private static final List<String> FUNCTIONS = List.of("00:02.0", "00:03.0", "00:04.0", "00:05.0");

  private static final long ROOT = 0x1000;
  private static final long CONTEXTS = 0x2000;
  private static final long DIRECTORY = 0x10_000;
  private static final long PASID_TABLE = 0x11_000;
  private static final long QUEUE = 0x30_000;
  private static final long REQUESTS = 0x40_000;
  private static final long STATUS = 0x50_000;
  private static final long TABLES = 0x100_000;
  private static final int WAIT_MILLIS = 20_000;
  private static final long QIE = 1L << 26;
  private static final long SRTP = 1L << 30;
  private static final long TE = 1L << 31;

  /** Where page {@code n} from 1 on of every PASID lies. */
  static final long FRAMES = 0x200_000;

  final FleetClient client;
  final Devices devices;
  private final Path data;
  private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
  private ChildNode child;
  private long tail;
  private int waits;

  /** State hashes by journal and entry, as answers carried them. */
  private final TreeMap<String, TreeMap<Long, Long>> acknowledged = new TreeMap<>();

  DeviceLab(Path data) throws IOException {
    this.data = data;
    child = ChildNode.start(data, LONG_TIME_OUT);
    client = child.connect();
    devices = client.devices();
  }

  static int sourceId(int device) {
    return 0x10 + 8 * device;
  }

  static String function(int device) {
    return FUNCTIONS.get(device);
  }

  // ---- killing -----------------------------------------------------------------------------

  /** SIGKILL once one of the calls has been answered; then all are, by the node that starts. */
  void killDuring(List<? extends Runnable> calls) throws Exception {
    note();
    var running =
        calls.stream()
            .map(call -> CompletableFuture.runAsync(call, callers))
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture.anyOf(running).join();
    killAndStart();
    CompletableFuture.allOf(running).join();
    note();
  }

  void killAndStart() throws Exception {
    child.kill();
    child = ChildNode.start(data, LONG_TIME_OUT, "iommu-fleet.node.grpc-port=" + child.grpcPort());
  }

  /** What everybody says of their state now. */
  private void note() {
    var iommu = client.get(IOMMU);
    note("iommu|" + IOMMU, iommu.getSequenceNumber(), iommu.getStateHash());
    for (var id : DEVICES) {
      var device = devices.get(id);
      note("device|" + id, device.getSequenceNumber(), device.getStateHash());
    }
  }

  private synchronized void note(String journal, long number, long hash) {
    acknowledged.computeIfAbsent(journal, _ -> new TreeMap<>()).put(number, hash);
  }

  synchronized TreeMap<Long, Long> acknowledged(String journal) {
    return new TreeMap<>(acknowledged.get(journal));
  }

  // ---- the guest ---------------------------------------------------------------------------

  /** Everybody attached, the device's capabilities on, translation on, no PASID bound. */
  void boot() {
    var capabilities =
        Capabilities.newBuilder()
            .setAddressWidth(48)
            .setCachingMode(true)
            .setScalableMode(true)
            .setFirstStage(true)
            .setPasidBits(20)
            .setPageRequests(true)
            .setDeviceTlb(true);
    client.create(IOMMU, IommuSpec.newBuilder().setCapabilities(capabilities).build());
    guest(tables());
    var passthrough =
        DeviceSpec.newBuilder().setKind(HostDeviceKind.HOST_DEVICE_KIND_PASSTHROUGH).build();
    for (int i = 0; i < DEVICES.size(); i++) {
      var id = DEVICES.get(i);
      devices.create(id, i == EMULATED ? DeviceSpec.getDefaultInstance() : passthrough);
      devices.writeConfig(id, ConfigRegister.CONFIG_REGISTER_COMMAND, 4);
      devices.writeConfig(id, ConfigRegister.CONFIG_REGISTER_PASID_CONTROL, 1);
      devices.writeConfig(id, ConfigRegister.CONFIG_REGISTER_ATS_CONTROL, 1 << 15);
      devices.writeConfig(id, ConfigRegister.CONFIG_REGISTER_PRI_ALLOCATION, 8);
      devices.writeConfig(id, ConfigRegister.CONFIG_REGISTER_PRI_CONTROL, 1);
      devices.attach(id, IOMMU, sourceId(i));
    }
  }

  private static List<Operation> tables() {
    var operations = new ArrayList<Operation>();
    operations.add(words(ROOT, CONTEXTS | 1, 0x3001));
    for (int i = 0; i < DEVICES.size(); i++) {
      operations.add(words(CONTEXTS + sourceId(i) * 32L, DIRECTORY | 0x1D));
    }
    operations.add(words(DIRECTORY, PASID_TABLE | 1));
    for (int level = 0; level < 3; level++) {
      operations.add(words(TABLES + level * 0x1000L, TABLES + (level + 1) * 0x1000L | 7));
    }
    for (int page = 1; page <= DEVICES.size(); page++) {
      operations.add(words(TABLES + 0x3000 + page * 8L, FRAMES + page * 0x1000L | 7));
    }
    operations.add(write(0xE0, 4, 0));
    operations.add(write(0xD0, 8, REQUESTS));
    operations.add(write(0x90, 8, QUEUE | 1 << 11));
    operations.add(write(0x20, 8, ROOT | 1 << 10));
    operations.add(write(0x18, 4, QIE));
    operations.add(write(0x18, 4, QIE | SRTP));
    operations.add(write(0x18, 4, QIE | TE));
    return operations;
  }

  static Operation words(long address, long... words) {
    var bytes = ByteBuffer.allocate(8 * words.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long word : words) {
      bytes.putLong(word);
    }
    return store(address, bytes.array());
  }

  /** A first-stage entry of every function, or none. */
  static Operation entry(int pasid, int domain, boolean present) {
    return words(PASID_TABLE + pasid * 64L, present ? 1L << 6 | 2 << 2 | 1 : 0, domain, TABLES);
  }

  /** One request, with an id of its own however often it is sent. */
  void guest(List<Operation> operations) {
    var response = client.session(IOMMU).execute(operations);
    note("iommu|" + IOMMU, response.getSequenceNumber(), response.getStateHash());
  }

  /** The descriptors, a wait behind them and the doorbell. */
  List<Operation> queued(List<Operation> before, String... descriptors) {
    var operations = new ArrayList<>(before);
    var slot = new StatusSlot(++waits, STATUS + waits * 4L);
    for (var text : descriptors) {
      put(operations, text, slot);
    }
    put(operations, "wait", slot);
    operations.add(write(0x88, 8, tail));
    return operations;
  }

  private void put(List<Operation> operations, String text, StatusSlot slot) {
    operations.add(words(QUEUE + tail, DescriptorText.parse(text, slot).words()));
    tail = (tail + 32) % 0x1000;
  }

  /** The same and, in the same request, until the wait has written its status. */
  List<Operation> submitted(List<Operation> before, String... descriptors) {
    var operations = queued(before, descriptors);
    operations.add(lastWait());
    return operations;
  }

  Operation lastWait() {
    return awaitWord(STATUS + waits * 4L, waits, WAIT_MILLIS);
  }

  int waits() {
    return waits;
  }

  @Override
  public void close() {
    client.close();
    callers.shutdownNow();
    child.close();
  }
}
