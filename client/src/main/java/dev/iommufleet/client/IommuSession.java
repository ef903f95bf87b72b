package dev.iommufleet.client;

import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.Observe;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.RequestId;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * Requests to one IOMMU, one after the other, each with the next id of a session. A request is
 * repeated with its id while no node answers, so it is executed once even if its answer was lost. A
 * request that changed nothing has no memory in the node: its repeat is a new execution, with the
 * same outcome as long as nobody else drives the IOMMU.
 */
public final class IommuSession {
  private final FleetClient client;
  private final Retrier retrier;
  private final String iommuId;
  private String name;
  private long sequence;
  private int attempts;

  IommuSession(FleetClient client, Retrier retrier, String iommuId, String name) {
    this.client = client;
    this.retrier = retrier;
    this.iommuId = iommuId;
    this.name = name;
  }

  public String iommuId() {
    return iommuId;
  }

  /** As in {@link RequestId}; another one after the IOMMU has forgotten it. */
  public synchronized String name() {
    return name;
  }

  /** What the next request will be called, unless the IOMMU has forgotten the session. */
  public synchronized RequestId nextId() {
    return RequestId.newBuilder().setSession(name).setSequence(sequence + 1).build();
  }

  /** How often the last request was sent. */
  public synchronized int attempts() {
    return attempts;
  }

  /** Runs the operations as one request that answers with replies. */
  public ExecuteResponse execute(List<Operation> operations) {
    return execute(operations, Observe.OBSERVE_REPLIES, false);
  }

  /**
   * Runs the operations as one request.
   *
   * @param operations 1 to 4,096
   * @param observe what the answer holds besides replies
   */
  public synchronized ExecuteResponse execute(
      List<Operation> operations, Observe observe, boolean wantSoftHash) {
    var request =
        ExecuteRequest.newBuilder()
            .setIommuId(iommuId)
            .addAllOperations(operations)
            .setObserve(observe)
            .setWantSoftHash(wantSoftHash);
    attempts = 0;
    try {
      return send(request);
    } catch (RefusedException e) {
      if (!Failures.sessionMayBeginAnew(e, attempts == 1)) {
        throw e;
      }
    }
    // An entity that left memory, or a node that was killed, forgets a session of reads only.
    name = UUID.randomUUID().toString();
    sequence = 0;
    return send(request);
  }

  private ExecuteResponse send(ExecuteRequest.Builder request) {
    var id = RequestId.newBuilder().setSession(name).setSequence(sequence + 1);
    var named = request.setRequestId(id).build();
    var awaits = awaitTime(named.getOperationsList());
    var response =
        retrier.repeatable(
            () -> {
              attempts++;
              return client.stub(awaits).execute(named);
            });
    sequence++;
    return response;
  }

  private static Duration awaitTime(List<Operation> operations) {
    long millis = 0;
    for (Operation operation : operations) {
      millis += Integer.toUnsignedLong(operation.getAwait().getDeadlineMillis());
    }
    return Duration.ofMillis(millis);
  }
}
