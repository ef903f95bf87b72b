package dev.iommufleet.node;

import dev.iommufleet.actors.Refusals;
import dev.iommufleet.actors.RefusedException;
import dev.iommufleet.actors.RequestCheck;
import dev.iommufleet.hardware.vtd.AttachOutcome;
import dev.iommufleet.protocol.api.v1.AttachDeviceRequest;
import dev.iommufleet.protocol.api.v1.AttachDeviceResponse;
import dev.iommufleet.protocol.api.v1.AttachState;
import dev.iommufleet.protocol.api.v1.DetachDeviceRequest;
import dev.iommufleet.protocol.api.v1.DetachDeviceResponse;
import dev.iommufleet.protocol.api.v1.GetHostDeviceRequest;
import dev.iommufleet.protocol.api.v1.HostDevice;
import dev.iommufleet.protocol.api.v1.HostDeviceAttachment;
import dev.iommufleet.protocol.api.v1.HostDeviceOperation;
import dev.iommufleet.protocol.api.v1.RefusalCode;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import dev.iommufleet.protocol.cluster.v1.HostDeviceWaited;
import dev.iommufleet.protocol.cluster.v1.WaitHostDevice;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Devices come and go: what is begun is waited for. */
record Attachments(DeviceAsks asks) {

  // ---- attach ------------------------------------------------------------------------------

  CompletionStage<AttachDeviceResponse> attach(AttachDeviceRequest request) {
    var device = request.getDeviceId();
    RequestCheck.id(request.getIommuId());
    if (!request.hasSourceId()) {
      throw new RefusedException(
          RefusalCode.REFUSAL_CODE_BAD_ARGUMENT, "the source id is missing; 0 to 0xffff go");
    }
    int wait = asks.waitMillisOrUsual(request.getWaitMillis());
    var attach =
        HostDeviceOperation.Attach.newBuilder()
            .setIommu(request.getIommuId())
            .setSourceId(request.getSourceId());
    var execute = DeviceAsks.request(device, HostDeviceOperation.newBuilder().setAttach(attach));
    return asks.execute(execute, request.hasRequestId(), request.getRequestId())
        .thenCompose(
            begun -> {
              long epoch = begun.getReply().getAttachStarted().getEpoch();
              var until = WaitHostDevice.newBuilder().setAttachAnswered(epoch).setWaitMillis(wait);
              return asks.await(device, until)
                  .thenApply(waited -> attached(request, epoch, waited));
            });
  }

  private static AttachDeviceResponse attached(
      AttachDeviceRequest request, long epoch, HostDeviceWaited waited) {
    var it = waited.getDevice().getAttachment();
    if (!waited.getMet()) {
      throw noAnswer(request.getIommuId(), waited.getDevice(), "attaching");
    }
    if (it.getEpoch() != epoch) {
      throw wrongEpoch(waited.getDevice(), epoch);
    }
    if (it.getState() == AttachState.ATTACH_STATE_DETACHED) {
      throw refused(request, it);
    }
    return AttachDeviceResponse.newBuilder().setEpoch(epoch).setDevice(waited.getDevice()).build();
  }

  private static RefusedException refused(AttachDeviceRequest request, HostDeviceAttachment it) {
    var iommu = request.getIommuId();
    return switch (it.getOutcome()) {
      case ATTACH_OUTCOME_UNSPECIFIED, UNRECOGNIZED ->
          new RefusedException(
              RefusalCode.REFUSAL_CODE_IOMMU_NOT_FOUND,
              "there is no IOMMU '%s'; create it first".formatted(iommu));
      case ATTACH_OUTCOME_ACCEPTED ->
          new RefusedException(
              RefusalCode.REFUSAL_CODE_WRONG_STATE,
              "IOMMU '%s' accepted host device '%s' and the attachment is over already"
                  .formatted(iommu, request.getDeviceId()));
      default -> refused(iommu, it);
    };
  }

  private static RefusedException refused(String iommu, HostDeviceAttachment it) {
    var name = it.getOutcome().name().substring("ATTACH_OUTCOME_".length());
    var said = AttachOutcome.valueOf(name).text(it.getWanted(), it.getOffered());
    var metadata = new HashMap<String, String>();
    metadata.put("outcome", name);
    metadata.put("epoch", Long.toUnsignedString(it.getEpoch()));
    if (it.getWanted() != 0 || it.getOffered() != 0) {
      metadata.put("wanted", Integer.toUnsignedString(it.getWanted()));
      metadata.put("offered", Integer.toUnsignedString(it.getOffered()));
    }
    return new RefusedException(
        Refusals.of(
            RefusalCode.REFUSAL_CODE_ATTACH_REFUSED,
            "IOMMU '%s' says %s: %s".formatted(iommu, name, said),
            metadata));
  }

  // ---- detach ------------------------------------------------------------------------------

  CompletionStage<DetachDeviceResponse> detach(DetachDeviceRequest request) {
    var device = request.getDeviceId();
    int wait = asks.waitMillisOrUsual(request.getWaitMillis());
    var detach = HostDeviceOperation.Detach.getDefaultInstance();
    var execute = DeviceAsks.request(device, HostDeviceOperation.newBuilder().setDetach(detach));
    return epoch(request)
        .thenCompose(
            epoch ->
                asks.execute(
                        execute.setEpoch(epoch), request.hasRequestId(), request.getRequestId())
                    .thenApply(_ -> epoch))
        .thenCompose(
            epoch -> {
              var until = WaitHostDevice.newBuilder().setAttachmentOver(epoch).setWaitMillis(wait);
              return asks.await(device, until).thenApply(waited -> detached(epoch, waited));
            });
  }

  /** Which attachment is to end: the one that was named, else the one that is there. */
  private CompletionStage<Long> epoch(DetachDeviceRequest request) {
    RequestCheck.id(request.getDeviceId());
    if (request.hasEpoch()) {
      return CompletableFuture.completedStage(request.getEpoch());
    }
    var get = GetHostDeviceRequest.newBuilder().setDeviceId(request.getDeviceId());
    return asks.ask(request.getDeviceId(), EntityRequest.newBuilder().setGetHostDevice(get))
        .thenApply(reply -> reply.getGetHostDevice().getDevice().getAttachment().getEpoch());
  }

  private static DetachDeviceResponse detached(long epoch, HostDeviceWaited waited) {
    if (!waited.getMet()) {
      var iommu = waited.getDevice().getAttachment().getIommuId();
      throw noAnswer(iommu, waited.getDevice(), "leaving");
    }
    return DetachDeviceResponse.newBuilder().setEpoch(epoch).setDevice(waited.getDevice()).build();
  }

  // ---- refusals ----------------------------------------------------------------------------

  private static RefusedException noAnswer(String iommu, HostDevice device, String goesOn) {
    return new RefusedException(
        RefusalCode.REFUSAL_CODE_NO_ANSWER,
        "IOMMU '%s' did not answer in time; host device '%s' goes on %s; look at it later"
            .formatted(iommu, device.getId(), goesOn));
  }

  private static RefusedException wrongEpoch(HostDevice device, long epoch) {
    var present = Long.toUnsignedString(device.getAttachment().getEpoch());
    return new RefusedException(
        Refusals.of(
            RefusalCode.REFUSAL_CODE_WRONG_EPOCH,
            "attachment %s of host device '%s' is over; the last one is %s"
                .formatted(Long.toUnsignedString(epoch), device.getId(), present),
            Map.of("epoch", present)));
  }
}
