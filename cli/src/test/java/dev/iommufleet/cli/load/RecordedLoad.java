package dev.iommufleet.cli.load;

import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.FleetException;
import dev.iommufleet.client.RetryPolicy;
import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.hardware.vtd.AddressType;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.load.bench.Guest;
import dev.iommufleet.load.bench.Mode;
import dev.iommufleet.load.check.FinalReads;
import dev.iommufleet.load.history.Invocation;
import dev.iommufleet.load.history.Keep;
import dev.iommufleet.load.history.Recorder;
import dev.iommufleet.persistence.mapping.Operations;
import dev.iommufleet.protocol.api.v1.Capabilities;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.IommuFleetGrpc;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.Observe;
import dev.iommufleet.protocol.api.v1.RequestId;
import dev.iommufleet.protocol.load.v1.Binding;
import dev.iommufleet.protocol.load.v1.Claim;
import dev.iommufleet.protocol.load.v1.FaultInjected;
import dev.iommufleet.protocol.load.v1.HistoryBegan;
import dev.iommufleet.protocol.load.v1.HistoryRecord;
import dev.iommufleet.protocol.load.v1.Mapping;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The history of a guest that drives an IOMMU of a real node: it boots, maps, unmaps strictly,
 * takes faults and page requests, with a retry, a refusal and a call that nobody answered.
 */
final class RecordedLoad {
  static final String IOMMU = "judged";
  static final String OTHER = "judged-hot-plug";
  static final int SOURCE = Guest.SOURCE;

  private static final long QUEUE = 0x8000;
  private static final long REQUESTS = 0xF_0000;
  private static final long STATUS = 0x1000;
  private static final long LEAF = 0x10_0000;
  private static final long DATA = 0x4000_0000;
  private static final long CONTEXT = 0x3000 + SOURCE * 32L;

  private final List<HistoryRecord> records = new ArrayList<>();
  private final ManagedChannel channel;
  private final FleetClient client;
  private final Recorder recorder;
  private final List<Operation> batch = new ArrayList<>();
  private final List<Claim> claims = new ArrayList<>();
  private final String session = "s1";
  private long sequence;
  private int slot;
  private int waits;
  private int requests;

  private RecordedLoad(ManagedChannel channel, FleetClient client, Path file) throws Exception {
    this.channel = channel;
    this.client = client;
    var began =
        HistoryBegan.newBuilder()
            .setScenario("judged <script>")
            .setSeed(7)
            .putVersions("project", "test")
            .build();
    recorder = Recorder.open(file, Keep.WHOLE, began, List.of(records::add));
  }

  /** {@code file}: null: the history is not kept in a file. */
  static List<HistoryRecord> run(String target, Path file) throws Exception {
    var channel = ManagedChannelBuilder.forTarget(target).usePlaintext().build();
    try (var client = FleetClient.over(channel, target, RetryPolicy.DEFAULT)) {
      var load = new RecordedLoad(channel, client, file);
      load.drive();
      load.hotPlug();
      new FinalReads(client, load.recorder).read(List.of(IOMMU, OTHER), true);
      load.recorder.end(false);
      return List.copyOf(load.records);
    }
  }

  private void create(String iommu) {
    var spec =
        IommuSpec.newBuilder()
            .setCapabilities(
                Capabilities.newBuilder()
                    .setScalableMode(true)
                    .setFirstStage(true)
                    .setPasidBits(20)
                    .setDeviceTlb(true)
                    .setPageRequests(true))
            .build();
    long call = recorder.invoked(Invocation.other("g1", iommu, "create", recorder.now()));
    recorder.answered(call, client.create(iommu, spec));
  }

  // ---- the story ---------------------------------------------------------------------------

  private void drive() {
    recorder.phase("boot");
    create(IOMMU);
    var guest = new Guest(Mode.FIRST_STAGE, batch::add);
    guest.boot();
    store(CONTEXT, 0x4000 | 1 | 1 << 3 | 1 << 4);
    register(0xC0, 8, 0);
    register(0xC8, 8, 0);
    register(0xD0, 8, REQUESTS);
    register(0xE0, 4, 0);
    register(0x38, 4, 0);
    claims.add(
        Claim.newBuilder().setBound(Binding.newBuilder().setSourceId(SOURCE).setSpace(1)).build());
    execute("boot");
    recorder.phase("steady");
    guest.map(8);
    claims.add(Claim.newBuilder().setMapped(pages(0, 8)).build());
    execute("map");
    access(0, 3);
    execute("dma");
    unmap(3);
    access(0, 3);
    execute("unmap-strict");
    clearFault();
    execute("fault-handled");
    long fault =
        recorder.fault(FaultInjected.newBuilder().setKind("kill").setNode("n1").setForgets(true));
    recorder.recovered(fault, Duration.ofMillis(1_234));
    unmap(4);
    access(4);
    executeTwice();
    clearFault();
    execute("fault-handled");
    ask(1);
    execute("page-request");
    answer(1);
    execute("page-response");
    ask(2);
    execute("page-request");
    answer(2);
    execute("page-response");
    access(0);
    execute("dma");
    refused();
  }

  private Mapping pages(int page, int count) {
    return Mapping.newBuilder()
        .setSpace(1)
        .setIova((long) page << 12)
        .setBytes((long) count << 12)
        .setAddress(DATA + ((long) page << 12))
        .build();
  }

  private void access(int... pages) {
    for (int page : pages) {
      batch.add(
          new Operation.Translate(
              SOURCE, Access.NO_PASID, (long) page << 12, Access.READ, AddressType.UNTRANSLATED));
    }
  }

  private void unmap(int page) {
    claims.add(Claim.newBuilder().setOperation(batch.size()).setUnmapped(pages(page, 1)).build());
    store(LEAF + page * 8L, 0);
    submit(0x36L | 5L << 16, (long) page << 12);
    batch.add(new Operation.ReadMemory(STATUS, 4));
    claims.add(
        Claim.newBuilder().setOperation(batch.size() - 1).setRetired(pages(page, 1)).build());
  }

  /** One descriptor and its wait. */
  private void submit(long low, long high) {
    store(QUEUE + slot * 32L, low, high, 0, 0);
    store(QUEUE + (slot + 1) * 32L, 0x25 | (long) ++waits << 32, STATUS, 0, 0);
    slot += 2;
    register(0x88, 8, slot * 32L);
  }

  private void clearFault() {
    register(0x22C, 4, 1L << 31);
    register(0x34, 4, 0x73);
  }

  private void ask(int group) {
    batch.add(new Operation.RequestPage(SOURCE, 0, false, false, 0x5000, true, group, true, true));
    requests++;
  }

  private void answer(int group) {
    register(0xDC, 4, 1);
    submit(9 | 1 << 4 | (long) SOURCE << 16, (long) group << 3 | 4);
    register(0xC0, 8, requests * 32L);
  }

  private void hotPlug() {
    create(OTHER);
    batch.add(new Operation.AttachDevice(0x20, 1, null));
    send("hot-plug", OTHER, null);
    batch.add(new Operation.DetachDevice(0x20, 1));
    send("hot-unplug", OTHER, null);
    batch.add(new Operation.AnswerCommand(0x20, 1, 1, 0));
    send("hot-unplugged", OTHER, null);
  }

  // ---- requests ----------------------------------------------------------------------------

  private void register(int offset, int size, long value) {
    batch.add(new Operation.WriteRegister(offset, size, value));
  }

  private void store(long address, long... words) {
    var bytes = new byte[words.length * Long.BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (words[i >> 3] >>> 8 * (i & 7));
    }
    batch.add(new Operation.WriteMemory(address, bytes));
  }

  private RequestId next() {
    return RequestId.newBuilder().setSession(session).setSequence(++sequence).build();
  }

  private void execute(String name) {
    send(name, IOMMU, next());
  }

  /** The first answer was lost, so the client asks again; then somebody asks once more. */
  private void executeTwice() {
    var id = next();
    var again = List.copyOf(batch);
    long call = invoked("unmap-strict", IOMMU, id);
    sent(IOMMU, id);
    recorder.answered(call, sent(IOMMU, id));
    batch.clear();
    batch.addAll(again);
    send("unmap-strict", IOMMU, id);
  }

  private long invoked(String name, String iommu, RequestId id) {
    var request =
        new Invocation.Request(
            id, batch.stream().map(Operations::write).toList(), List.copyOf(claims));
    claims.clear();
    return recorder.invoked(Invocation.execute("g1", iommu, name, recorder.now(), request));
  }

  private ExecuteResponse sent(String iommu, RequestId id) {
    var request =
        ExecuteRequest.newBuilder()
            .setIommuId(iommu)
            .addAllOperations(batch.stream().map(Operations::write).toList())
            .setObserve(Observe.OBSERVE_FACTS);
    if (id != null) {
      request.setRequestId(id);
    }
    return IommuFleetGrpc.newBlockingStub(channel).execute(request.build());
  }

  private void send(String name, String iommu, RequestId id) {
    long call = invoked(name, iommu, id);
    recorder.answered(call, sent(iommu, id));
    batch.clear();
  }

  private void refused() {
    long call = recorder.invoked(Invocation.other("g1", "nobody", "get", recorder.now()));
    try {
      client.get("nobody");
    } catch (FleetException e) {
      recorder.failed(call, e, 1);
    }
    long lost = recorder.invoked(Invocation.other("g1", OTHER, "get", recorder.now()));
    recorder.noAnswer(lost, "UNREACHABLE", "the node went away");
  }
}
