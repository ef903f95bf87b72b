package dev.iommufleet.client;

import com.google.protobuf.ByteString;
import dev.iommufleet.protocol.api.v1.ClusterServiceGrpc;
import dev.iommufleet.protocol.api.v1.ClusterServiceGrpc.ClusterServiceBlockingStub;
import dev.iommufleet.protocol.api.v1.CreateIommuRequest;
import dev.iommufleet.protocol.api.v1.DeleteIommuRequest;
import dev.iommufleet.protocol.api.v1.DrainNodeRequest;
import dev.iommufleet.protocol.api.v1.GetClusterStatusRequest;
import dev.iommufleet.protocol.api.v1.GetClusterStatusResponse;
import dev.iommufleet.protocol.api.v1.GetIommuRequest;
import dev.iommufleet.protocol.api.v1.GetRegistersRequest;
import dev.iommufleet.protocol.api.v1.GetRegistersResponse;
import dev.iommufleet.protocol.api.v1.Iommu;
import dev.iommufleet.protocol.api.v1.IommuFleetGrpc;
import dev.iommufleet.protocol.api.v1.IommuFleetGrpc.IommuFleetBlockingStub;
import dev.iommufleet.protocol.api.v1.IommuSpec;
import dev.iommufleet.protocol.api.v1.LeaveClusterRequest;
import dev.iommufleet.protocol.api.v1.ListFaultsRequest;
import dev.iommufleet.protocol.api.v1.ListFaultsResponse;
import dev.iommufleet.protocol.api.v1.ListIommusRequest;
import dev.iommufleet.protocol.api.v1.ListIommusResponse;
import dev.iommufleet.protocol.api.v1.ListPasidCacheRequest;
import dev.iommufleet.protocol.api.v1.ListPasidCacheResponse;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.ReadMemoryRequest;
import dev.iommufleet.protocol.api.v1.ReadMemoryResponse;
import dev.iommufleet.protocol.api.v1.Reply;
import dev.iommufleet.protocol.api.v1.WatchRequest;
import dev.iommufleet.protocol.api.v1.WriteMemory;
import io.grpc.Deadline;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * A connection to a node of a fleet. Calls block and may be made by several threads; they end with
 * a {@link FleetException}. Reads and everything that carries a request id are repeated while no
 * node answers, as the {@link RetryPolicy} says.
 */
public final class FleetClient implements AutoCloseable {
  private static final Duration CALL_TIME = Duration.ofSeconds(20);
  private static final Duration NODE_CALL_TIME = Duration.ofSeconds(60);
  private static final long CLOSE_MILLIS = 2_000;

  private final ManagedChannel channel;
  private final String target;
  private final RetryPolicy policy;
  private final Retrier retrier;

  private FleetClient(ManagedChannel channel, String target, RetryPolicy policy) {
    this.channel = channel;
    this.target = target;
    this.policy = policy;
    this.retrier = new Retrier(channel, target, policy);
  }

  /**
   * A client of the node at {@code HOST:PORT}; connects with the first call, without encryption.
   * Several nodes of one fleet may be given with commas between them: calls go to one after the
   * other, and past those that are not there.
   *
   * @throws IllegalArgumentException if the text is no target
   */
  public static FleetClient connect(String target, RetryPolicy policy) {
    Targets.check(target);
    return over(ManyNodes.channel(target, InsecureChannelCredentials.create()), target, policy);
  }

  /**
   * As {@link #connect(String, RetryPolicy)}, encrypted; the node has to show a certificate for the
   * host that the target names.
   *
   * @throws IllegalArgumentException if the text is no target, or the files cannot be used
   */
  public static FleetClient connect(String target, RetryPolicy policy, ClientTls tls) {
    Targets.check(target);
    return over(ManyNodes.channel(target, tls.credentials()), target, policy);
  }

  /** As {@link #connect(String, RetryPolicy)} with the default policy. */
  public static FleetClient connect(String target) {
    return connect(target, RetryPolicy.DEFAULT);
  }

  /**
   * A client over a channel of the caller's making, e.g. with TLS; the client closes it.
   *
   * @param target how messages call it
   */
  public static FleetClient over(ManagedChannel channel, String target, RetryPolicy policy) {
    return new FleetClient(channel, target, policy);
  }

  /** Connects with the next call at once; gRPC by itself waits longer after each failure. */
  public void reconnect() {
    channel.resetConnectBackoff();
  }

  /** The target as it was given. */
  public String target() {
    return target;
  }

  // ---- create, get, list, delete -----------------------------------------------------------

  /** Makes an IOMMU. A repeat with the same id and specification answers as the first time. */
  public Iommu create(String iommuId, IommuSpec spec) {
    var request = CreateIommuRequest.newBuilder().setIommuId(iommuId).setSpec(spec).build();
    return retrier.repeatable(() -> stub().createIommu(request)).getIommu();
  }

  public Iommu get(String iommuId) {
    var request = GetIommuRequest.newBuilder().setIommuId(iommuId).build();
    return retrier.repeatable(() -> stub().getIommu(request)).getIommu();
  }

  /**
   * One page of ids in ascending order.
   *
   * @param pageSize 1 to 1,000; 0: 100
   * @param pageToken of the previous page; empty: the first
   */
  public ListIommusResponse list(int pageSize, String pageToken) {
    var request =
        ListIommusRequest.newBuilder().setPageSize(pageSize).setPageToken(pageToken).build();
    return retrier.repeatable(() -> stub().listIommus(request));
  }

  /**
   * Ends an IOMMU; its journal is kept.
   *
   * @return the sequence number of the entry that ended it
   */
  public long delete(String iommuId) {
    var request = DeleteIommuRequest.newBuilder().setIommuId(iommuId).build();
    return retrier.once(() -> stub().deleteIommu(request)).getSequenceNumber();
  }

  // ---- host devices ------------------------------------------------------------------------

  /** The host devices of the same fleet. */
  public Devices devices() {
    return new Devices(channel, retrier, CALL_TIME);
  }

  // ---- nodes -------------------------------------------------------------------------------

  /** The cluster as the node sees it that answers. */
  public GetClusterStatusResponse clusterStatus() {
    var request = GetClusterStatusRequest.getDefaultInstance();
    return retrier.repeatable(() -> nodes().getClusterStatus(request));
  }

  /**
   * Lets a node hand over, leave its cluster and end.
   *
   * @param member its gRPC server or its address; empty: the node that answers
   * @return its address
   */
  public String leaveCluster(String member) {
    var request = LeaveClusterRequest.newBuilder().setMember(member).build();
    return retrier.once(() -> nodes().leaveCluster(request)).getAddress();
  }

  /**
   * Lets the node that answers hand over, and stay.
   *
   * @return its address, once it has no shards
   */
  public String drainNode() {
    var request = DrainNodeRequest.getDefaultInstance();
    return retrier.once(() -> nodes().drainNode(request)).getAddress();
  }

  private ClusterServiceBlockingStub nodes() {
    return ClusterServiceGrpc.newBlockingStub(channel)
        .withDeadline(Deadline.after(NODE_CALL_TIME.toMillis(), TimeUnit.MILLISECONDS));
  }

  // ---- looking inside ----------------------------------------------------------------------

  public GetRegistersResponse registers(String iommuId) {
    var request = GetRegistersRequest.newBuilder().setIommuId(iommuId).build();
    return retrier.repeatable(() -> stub().getRegisters(request));
  }

  /**
   * One page of the PASID cache, ascending by source id and PASID.
   *
   * @param pageSize 1 to 1,000; 0: 100
   * @param pageToken of the previous page; empty: the first
   */
  public ListPasidCacheResponse pasids(String iommuId, int pageSize, String pageToken) {
    var request =
        ListPasidCacheRequest.newBuilder()
            .setIommuId(iommuId)
            .setPageSize(pageSize)
            .setPageToken(pageToken)
            .build();
    return retrier.repeatable(() -> stub().listPasidCache(request));
  }

  public ListFaultsResponse faults(String iommuId) {
    var request = ListFaultsRequest.newBuilder().setIommuId(iommuId).build();
    return retrier.repeatable(() -> stub().listFaults(request));
  }

  /**
   * @param address bytes, guest-physical
   * @param length bytes, 0 to 65,536
   */
  public ReadMemoryResponse readMemory(String iommuId, long address, int length) {
    var request =
        ReadMemoryRequest.newBuilder()
            .setIommuId(iommuId)
            .setAddress(address)
            .setLength(length)
            .build();
    return retrier.repeatable(() -> stub().readMemory(request));
  }

  /** Writes guest memory as one request of a session of its own. */
  public Reply writeMemory(String iommuId, long address, byte[] data) {
    var write = WriteMemory.newBuilder().setAddress(address).setData(ByteString.copyFrom(data));
    var operation = Operation.newBuilder().setWriteMemory(write).build();
    return session(iommuId).execute(List.of(operation)).getReplies(0);
  }

  // ---- execute, watch ----------------------------------------------------------------------

  /** A new session with an IOMMU: requests with ids, which are repeated but executed once. */
  public IommuSession session(String iommuId) {
    return new IommuSession(this, retrier, iommuId, UUID.randomUUID().toString());
  }

  /** A stream of batches to one IOMMU that repeats itself when the node goes away. */
  public IommuStream stream(String iommuId) {
    return new IommuStream(this, iommuId);
  }

  /** A stream of batches that the caller repeats. */
  public BatchStream stream() {
    return BatchStream.open(IommuFleetGrpc.newStub(channel), target);
  }

  /** What became visible from an entry on. The first answer or error comes with the first read. */
  public Watching watch(WatchRequest request) {
    return new Watching(IommuFleetGrpc.newBlockingStub(channel), request, target);
  }

  ManagedChannel channel() {
    return channel;
  }

  RetryPolicy policy() {
    return policy;
  }

  IommuFleetBlockingStub stub() {
    return stub(Duration.ZERO);
  }

  /** Calls with this much time beyond the usual. */
  IommuFleetBlockingStub stub(Duration more) {
    long millis = CALL_TIME.plus(more).toMillis();
    return IommuFleetGrpc.newBlockingStub(channel)
        .withDeadline(Deadline.after(millis, TimeUnit.MILLISECONDS));
  }

  @Override
  public void close() {
    channel.shutdown();
    try {
      if (!channel.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
        channel.shutdownNow();
      }
    } catch (InterruptedException e) {
      channel.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
