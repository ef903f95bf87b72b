package dev.iommufleet.node;

import dev.iommufleet.actors.RefusedException;
import dev.iommufleet.protocol.api.v1.AttachDeviceRequest;
import dev.iommufleet.protocol.api.v1.AttachDeviceResponse;
import dev.iommufleet.protocol.api.v1.CallHostRequest;
import dev.iommufleet.protocol.api.v1.CallHostResponse;
import dev.iommufleet.protocol.api.v1.ConfigRegister;
import dev.iommufleet.protocol.api.v1.CreateDeviceRequest;
import dev.iommufleet.protocol.api.v1.CreateDeviceResponse;
import dev.iommufleet.protocol.api.v1.CreateHostDeviceRequest;
import dev.iommufleet.protocol.api.v1.DeleteDeviceRequest;
import dev.iommufleet.protocol.api.v1.DeleteDeviceResponse;
import dev.iommufleet.protocol.api.v1.DeleteHostDeviceRequest;
import dev.iommufleet.protocol.api.v1.DetachDeviceRequest;
import dev.iommufleet.protocol.api.v1.DetachDeviceResponse;
import dev.iommufleet.protocol.api.v1.DeviceServiceGrpc;
import dev.iommufleet.protocol.api.v1.ExecuteHostDeviceRequest;
import dev.iommufleet.protocol.api.v1.GetDeviceRequest;
import dev.iommufleet.protocol.api.v1.GetDeviceResponse;
import dev.iommufleet.protocol.api.v1.GetHostDeviceRequest;
import dev.iommufleet.protocol.api.v1.HostDeviceOperation;
import dev.iommufleet.protocol.api.v1.InjectFaultRequest;
import dev.iommufleet.protocol.api.v1.InjectFaultResponse;
import dev.iommufleet.protocol.api.v1.ListDevicesRequest;
import dev.iommufleet.protocol.api.v1.ListDevicesResponse;
import dev.iommufleet.protocol.api.v1.ListHostDeviceStateRequest;
import dev.iommufleet.protocol.api.v1.ListHostDeviceStateResponse;
import dev.iommufleet.protocol.api.v1.ReadConfigRequest;
import dev.iommufleet.protocol.api.v1.ReadConfigResponse;
import dev.iommufleet.protocol.api.v1.RefusalCode;
import dev.iommufleet.protocol.api.v1.RemoveDeviceRequest;
import dev.iommufleet.protocol.api.v1.RemoveDeviceResponse;
import dev.iommufleet.protocol.api.v1.RequestDevicePageRequest;
import dev.iommufleet.protocol.api.v1.RequestDevicePageResponse;
import dev.iommufleet.protocol.api.v1.ResetFunctionRequest;
import dev.iommufleet.protocol.api.v1.ResetFunctionResponse;
import dev.iommufleet.protocol.api.v1.SendStopMarkerRequest;
import dev.iommufleet.protocol.api.v1.SendStopMarkerResponse;
import dev.iommufleet.protocol.api.v1.StartDmaRequest;
import dev.iommufleet.protocol.api.v1.StartDmaResponse;
import dev.iommufleet.protocol.api.v1.WaitDmaRequest;
import dev.iommufleet.protocol.api.v1.WaitDmaResponse;
import dev.iommufleet.protocol.api.v1.WriteConfigRequest;
import dev.iommufleet.protocol.api.v1.WriteConfigResponse;
import dev.iommufleet.protocol.cluster.v1.EntityReply;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import io.grpc.stub.StreamObserver;
import java.util.function.Function;

/** The gRPC service of host devices. As {@link FleetService}, nothing here blocks. */
final class DeviceService extends DeviceServiceGrpc.DeviceServiceImplBase {
  private static final int FUNCTION_RESET = 1 << 15; // DEVICE_CONTROL [15]

  private final DeviceAsks asks;
  private final Attachments attachments;
  private final DeviceDmas dmas;
  private final IdList list;

  DeviceService(DeviceAsks asks, IdList list) {
    this.asks = asks;
    this.attachments = new Attachments(asks);
    this.dmas = new DeviceDmas(asks);
    this.list = list;
  }

  // ---- create, get, list, delete -----------------------------------------------------------

  @Override
  public void createDevice(
      CreateDeviceRequest request, StreamObserver<CreateDeviceResponse> observer) {
    Calls.answer(
        () -> {
          var create =
              CreateHostDeviceRequest.newBuilder()
                  .setDeviceId(request.getDeviceId())
                  .setConfig(DeviceSpecs.config(request.getSpec()));
          return asks.ask(
              request.getDeviceId(), EntityRequest.newBuilder().setCreateHostDevice(create));
        },
        reply ->
            CreateDeviceResponse.newBuilder()
                .setDevice(reply.getCreateHostDevice().getDevice())
                .build(),
        observer);
  }

  @Override
  public void getDevice(GetDeviceRequest request, StreamObserver<GetDeviceResponse> observer) {
    var get = GetHostDeviceRequest.newBuilder().setDeviceId(request.getDeviceId());
    Calls.answer(
        () -> asks.ask(request.getDeviceId(), EntityRequest.newBuilder().setGetHostDevice(get)),
        reply ->
            GetDeviceResponse.newBuilder().setDevice(reply.getGetHostDevice().getDevice()).build(),
        observer);
  }

  @Override
  public void listDevices(
      ListDevicesRequest request, StreamObserver<ListDevicesResponse> observer) {
    Calls.answer(
        () -> list.page(request.getPageSize(), request.getPageToken()),
        page ->
            ListDevicesResponse.newBuilder()
                .addAllDeviceIds(page.ids())
                .setNextPageToken(page.nextToken())
                .build(),
        observer);
  }

  @Override
  public void deleteDevice(
      DeleteDeviceRequest request, StreamObserver<DeleteDeviceResponse> observer) {
    var delete = DeleteHostDeviceRequest.newBuilder().setDeviceId(request.getDeviceId());
    Calls.answer(
        () ->
            asks.ask(request.getDeviceId(), EntityRequest.newBuilder().setDeleteHostDevice(delete)),
        reply ->
            DeleteDeviceResponse.newBuilder()
                .setSequenceNumber(reply.getDeleteHostDevice().getSequenceNumber())
                .build(),
        observer);
  }

  @Override
  public void listDeviceState(
      ListHostDeviceStateRequest request, StreamObserver<ListHostDeviceStateResponse> observer) {
    Calls.answer(
        () ->
            asks.ask(
                request.getDeviceId(), EntityRequest.newBuilder().setListHostDeviceState(request)),
        EntityReply::getListHostDeviceState,
        observer);
  }

  // ---- attach, detach ----------------------------------------------------------------------

  @Override
  public void attachDevice(
      AttachDeviceRequest request, StreamObserver<AttachDeviceResponse> observer) {
    Calls.answer(() -> attachments.attach(request), Function.identity(), observer);
  }

  @Override
  public void detachDevice(
      DetachDeviceRequest request, StreamObserver<DetachDeviceResponse> observer) {
    Calls.answer(() -> attachments.detach(request), Function.identity(), observer);
  }

  @Override
  public void removeDevice(
      RemoveDeviceRequest request, StreamObserver<RemoveDeviceResponse> observer) {
    var execute =
        DeviceAsks.request(
            request.getDeviceId(),
            HostDeviceOperation.newBuilder()
                .setRemove(HostDeviceOperation.Remove.getDefaultInstance()));
    if (request.hasEpoch()) {
      execute.setEpoch(request.getEpoch());
    }
    Calls.answer(
        () -> asks.execute(execute, request.hasRequestId(), request.getRequestId()),
        done ->
            RemoveDeviceResponse.newBuilder().setSequenceNumber(done.getSequenceNumber()).build(),
        observer);
  }

  // ---- registers ---------------------------------------------------------------------------

  @Override
  public void readConfig(ReadConfigRequest request, StreamObserver<ReadConfigResponse> observer) {
    var read =
        HostDeviceOperation.ReadConfig.newBuilder().setRegisterValue(request.getRegisterValue());
    var execute =
        DeviceAsks.request(
            request.getDeviceId(), HostDeviceOperation.newBuilder().setReadConfig(read));
    Calls.answer(
        () -> asks.execute(execute, false, null),
        done ->
            ReadConfigResponse.newBuilder()
                .setValue((int) done.getReply().getConfigValue().getValue())
                .setSequenceNumber(done.getSequenceNumber())
                .build(),
        observer);
  }

  @Override
  public void writeConfig(
      WriteConfigRequest request, StreamObserver<WriteConfigResponse> observer) {
    var execute =
        writing(
            request.getDeviceId(),
            request.getRegisterValue(),
            Integer.toUnsignedLong(request.getValue()));
    Calls.answer(
        () -> asks.execute(execute, request.hasRequestId(), request.getRequestId()),
        done ->
            WriteConfigResponse.newBuilder().setSequenceNumber(done.getSequenceNumber()).build(),
        observer);
  }

  @Override
  public void resetFunction(
      ResetFunctionRequest request, StreamObserver<ResetFunctionResponse> observer) {
    var execute =
        writing(
            request.getDeviceId(),
            ConfigRegister.CONFIG_REGISTER_DEVICE_CONTROL_VALUE,
            FUNCTION_RESET);
    Calls.answer(
        () -> asks.execute(execute, request.hasRequestId(), request.getRequestId()),
        done ->
            ResetFunctionResponse.newBuilder().setSequenceNumber(done.getSequenceNumber()).build(),
        observer);
  }

  private static ExecuteHostDeviceRequest.Builder writing(
      String deviceId, int register, long value) {
    var write =
        HostDeviceOperation.WriteConfig.newBuilder().setRegisterValue(register).setValue(value);
    return DeviceAsks.request(deviceId, HostDeviceOperation.newBuilder().setWriteConfig(write));
  }

  // ---- DMA, page requests ------------------------------------------------------------------

  @Override
  public void startDma(StartDmaRequest request, StreamObserver<StartDmaResponse> observer) {
    Calls.answer(() -> dmas.start(request), Function.identity(), observer);
  }

  @Override
  public void waitDma(WaitDmaRequest request, StreamObserver<WaitDmaResponse> observer) {
    Calls.answer(() -> dmas.await(request), Function.identity(), observer);
  }

  @Override
  public void requestPage(
      RequestDevicePageRequest request, StreamObserver<RequestDevicePageResponse> observer) {
    var page =
        HostDeviceOperation.RequestPage.newBuilder()
            .setAddress(request.getAddress())
            .setRead(request.getRead())
            .setWrite(request.getWrite())
            .setExecute(request.getExecute())
            .setPrivileged(request.getPrivileged())
            .setLastInGroup(request.getLastInGroup());
    if (request.hasPasid()) {
      page.setPasid(request.getPasid());
    }
    var execute =
        DeviceAsks.request(
            request.getDeviceId(), HostDeviceOperation.newBuilder().setRequestPage(page));
    Calls.answer(
        () -> asks.execute(execute, request.hasRequestId(), request.getRequestId()),
        done ->
            RequestDevicePageResponse.newBuilder()
                .setErrno(done.getReply().getPageRequested().getErrno())
                .setNumber(done.getReply().getPageRequested().getNumber())
                .setGroupIndex(done.getReply().getPageRequested().getGroupIndex())
                .setSequenceNumber(done.getSequenceNumber())
                .build(),
        observer);
  }

  @Override
  public void sendStopMarker(
      SendStopMarkerRequest request, StreamObserver<SendStopMarkerResponse> observer) {
    var marker = HostDeviceOperation.SendStopMarker.newBuilder();
    if (request.hasPasid()) {
      marker.setPasid(request.getPasid());
    }
    var execute =
        DeviceAsks.request(
            request.getDeviceId(), HostDeviceOperation.newBuilder().setSendStopMarker(marker));
    Calls.answer(
        () -> asks.execute(execute, request.hasRequestId(), request.getRequestId()),
        done ->
            SendStopMarkerResponse.newBuilder()
                .setErrno(done.getReply().getPageRequested().getErrno())
                .setNumber(done.getReply().getPageRequested().getNumber())
                .setSequenceNumber(done.getSequenceNumber())
                .build(),
        observer);
  }

  // ---- host --------------------------------------------------------------------------------

  @Override
  public void callHost(CallHostRequest request, StreamObserver<CallHostResponse> observer) {
    var call = HostDeviceOperation.CallHost.newBuilder().setCall(request.getCall());
    var execute =
        DeviceAsks.request(
            request.getDeviceId(), HostDeviceOperation.newBuilder().setCallHost(call));
    Calls.answer(
        () -> asks.execute(execute, request.hasRequestId(), request.getRequestId()),
        done ->
            CallHostResponse.newBuilder()
                .setErrno(done.getReply().getHostAnswered().getErrno())
                .setValue(done.getReply().getHostAnswered().getValue())
                .setSequenceNumber(done.getSequenceNumber())
                .build(),
        observer);
  }

  // ---- faults to order ---------------------------------------------------------------------

  @Override
  public void injectFault(
      InjectFaultRequest request, StreamObserver<InjectFaultResponse> observer) {
    Calls.answer(
        () ->
            asks.execute(
                DeviceAsks.request(request.getDeviceId(), fault(request)),
                request.hasRequestId(),
                request.getRequestId()),
        done ->
            InjectFaultResponse.newBuilder().setSequenceNumber(done.getSequenceNumber()).build(),
        observer);
  }

  private static HostDeviceOperation.Builder fault(InjectFaultRequest request) {
    var operation = HostDeviceOperation.newBuilder();
    return switch (request.getFaultCase()) {
      case FAIL_HOST_CALL -> operation.setFailHostCall(request.getFailHostCall());
      case FAIL_COMPLETIONS -> operation.setFailCompletions(request.getFailCompletions());
      case RELEASE_COMPLETIONS -> operation.setReleaseCompletions(request.getReleaseCompletions());
      case LOSE_RESPONSES -> operation.setLoseResponses(request.getLoseResponses());
      case SET_LINK -> operation.setSetLink(request.getSetLink());
      case FAULT_NOT_SET ->
          throw new RefusedException(
              RefusalCode.REFUSAL_CODE_UNKNOWN_OPERATION,
              "there is no fault, or one that this version does not know");
    };
  }
}
