package dev.iommufleet.node;

import dev.iommufleet.actors.Refusals;
import dev.iommufleet.actors.RefusedException;
import dev.iommufleet.actors.RequestCheck;
import dev.iommufleet.protocol.api.v1.ExecuteHostDeviceRequest;
import dev.iommufleet.protocol.api.v1.ExecuteHostDeviceResponse;
import dev.iommufleet.protocol.api.v1.HostDeviceOperation;
import dev.iommufleet.protocol.api.v1.RequestId;
import dev.iommufleet.protocol.cluster.v1.EntityReply;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import dev.iommufleet.protocol.cluster.v1.HostDeviceWaited;
import dev.iommufleet.protocol.cluster.v1.WaitHostDevice;
import java.util.concurrent.CompletionStage;

/** What a host device's entity is asked. */
record DeviceAsks(Gateway gateway) {
  private static final int USUAL_WAIT_MILLIS = 10_000;

  /**
   * The entity's answer.
   *
   * @throws RefusedException BAD_ID
   */
  CompletionStage<EntityReply> ask(String deviceId, EntityRequest.Builder request) {
    RequestCheck.id(deviceId);
    return gateway.askDevice(deviceId, request.build());
  }

  /** A request for one operation. */
  static ExecuteHostDeviceRequest.Builder request(
      String deviceId, HostDeviceOperation.Builder operation) {
    return ExecuteHostDeviceRequest.newBuilder().setDeviceId(deviceId).setOperation(operation);
  }

  /** One operation, with the request id that the client gave, if it gave one. */
  CompletionStage<ExecuteHostDeviceResponse> execute(
      ExecuteHostDeviceRequest.Builder request, boolean named, RequestId id) {
    if (named) {
      request.setRequestId(id);
    }
    return ask(request.getDeviceId(), EntityRequest.newBuilder().setExecuteHostDevice(request))
        .thenApply(EntityReply::getExecuteHostDevice);
  }

  /** Answers when it has come true, or time is up. */
  CompletionStage<HostDeviceWaited> await(String deviceId, WaitHostDevice.Builder wait) {
    return ask(deviceId, EntityRequest.newBuilder().setWaitHostDevice(wait))
        .thenApply(EntityReply::getWaitHostDevice);
  }

  /**
   * Checked before anything runs: what is waited for would otherwise run and the wait be refused.
   *
   * @param millis unsigned
   * @throws RefusedException LIMIT_EXCEEDED
   */
  int waitMillis(int millis) {
    long asked = Integer.toUnsignedLong(millis);
    int most = gateway.timeouts().awaitMaxMillis();
    if (asked > most) {
      throw new RefusedException(Refusals.limit("wait_millis", most, asked));
    }
    return (int) asked;
  }

  /** As {@link #waitMillis}; 0: the usual. */
  int waitMillisOrUsual(int millis) {
    int asked = waitMillis(millis);
    return asked == 0 ? Math.min(USUAL_WAIT_MILLIS, gateway.timeouts().awaitMaxMillis()) : asked;
  }
}
