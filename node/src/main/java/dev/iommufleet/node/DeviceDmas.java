package dev.iommufleet.node;

import dev.iommufleet.actors.RefusedException;
import dev.iommufleet.protocol.api.v1.DmaMode;
import dev.iommufleet.protocol.api.v1.DmaResult;
import dev.iommufleet.protocol.api.v1.HostDeviceOperation;
import dev.iommufleet.protocol.api.v1.RefusalCode;
import dev.iommufleet.protocol.api.v1.StartDmaRequest;
import dev.iommufleet.protocol.api.v1.StartDmaResponse;
import dev.iommufleet.protocol.api.v1.WaitDmaRequest;
import dev.iommufleet.protocol.api.v1.WaitDmaResponse;
import dev.iommufleet.protocol.cluster.v1.WaitHostDevice;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** DMAs of host devices: begun, and waited for. */
record DeviceDmas(DeviceAsks asks) {

  CompletionStage<StartDmaResponse> start(StartDmaRequest request) {
    int wait = asks.waitMillis(request.getWaitMillis());
    var execute =
        DeviceAsks.request(
            request.getDeviceId(), HostDeviceOperation.newBuilder().setStartDma(dma(request)));
    return asks.execute(execute, request.hasRequestId(), request.getRequestId())
        .thenCompose(
            begun -> {
              var started = begun.getReply().getDmaStarted();
              var response =
                  StartDmaResponse.newBuilder()
                      .setDma(started.getDma())
                      .setErrno(started.getErrno())
                      .setSequenceNumber(begun.getSequenceNumber());
              return wait == 0 || started.getErrno() != 0
                  ? CompletableFuture.completedStage(response.build())
                  : end(request.getDeviceId(), started.getDma(), wait)
                      .thenApply(
                          end -> {
                            end.ifPresent(response::setResult);
                            return response.build();
                          });
            });
  }

  private static HostDeviceOperation.StartDma.Builder dma(StartDmaRequest request) {
    int bytes = request.getData().size();
    if (request.hasData() && request.getLength() != 0 && request.getLength() != bytes) {
      throw new RefusedException(
          RefusalCode.REFUSAL_CODE_BAD_ARGUMENT,
          "the length is %s and there are %d bytes of data; leave the length out"
              .formatted(Integer.toUnsignedString(request.getLength()), bytes));
    }
    var dma =
        HostDeviceOperation.StartDma.newBuilder()
            .setIova(request.getIova())
            .setLength(request.hasData() ? bytes : request.getLength())
            .setModeValue(
                request.getModeValue() == 0
                    ? DmaMode.DMA_MODE_PLAIN_VALUE
                    : request.getModeValue());
    if (request.hasPasid()) {
      dma.setPasid(request.getPasid());
    }
    if (request.hasData()) {
      dma.setData(request.getData());
    }
    return dma;
  }

  CompletionStage<WaitDmaResponse> await(WaitDmaRequest request) {
    int wait = asks.waitMillis(request.getWaitMillis());
    return end(request.getDeviceId(), request.getDma(), wait)
        .thenApply(
            end -> {
              var response = WaitDmaResponse.newBuilder();
              end.ifPresent(response::setResult);
              return response.build();
            });
  }

  /** Empty: it runs. */
  private CompletionStage<Optional<DmaResult>> end(String deviceId, long dma, int waitMillis) {
    var until = WaitHostDevice.newBuilder().setDmaEnded(dma).setWaitMillis(waitMillis);
    return asks.await(deviceId, until)
        .thenApply(
            waited ->
                waited.getMet()
                    ? Optional.of(
                        DmaResult.newBuilder()
                            .setOutcome(waited.getDma().getOutcome())
                            .setData(waited.getDma().getData())
                            .build())
                    : Optional.empty());
  }
}
