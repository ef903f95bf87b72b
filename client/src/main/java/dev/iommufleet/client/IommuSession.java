package dev.iommufleet.client;

import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.Observe;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.RequestId;
import java.time.Duration;
import java.util.List;

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
  private final String name;
  private long sequence;

  IommuSession(FleetClient client, Retrier retrier, String iommuId, String name) {
    this.client = client;
    this.retrier = retrier;
    this.iommuId = iommuId;
    this.name = name;
  }

  public String iommuId() {
    return iommuId;
  }

  /** As in {@link RequestId}. */
  public String name() {
    return name;
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
    var id = RequestId.newBuilder().setSession(name).setSequence(sequence + 1);
    var request =
        ExecuteRequest.newBuilder()
            .setIommuId(iommuId)
            .setRequestId(id)
            .addAllOperations(operations)
            .setObserve(observe)
            .setWantSoftHash(wantSoftHash)
            .build();
    var awaits = awaitTime(operations);
    var response = retrier.repeatable(() -> client.stub(awaits).execute(request));
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
