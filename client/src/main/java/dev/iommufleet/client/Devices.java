package dev.iommufleet.client;

import dev.iommufleet.protocol.api.v1.AttachDeviceRequest;
import dev.iommufleet.protocol.api.v1.AttachDeviceResponse;
import dev.iommufleet.protocol.api.v1.CallHostRequest;
import dev.iommufleet.protocol.api.v1.CallHostResponse;
import dev.iommufleet.protocol.api.v1.ConfigRegister;
import dev.iommufleet.protocol.api.v1.CreateDeviceRequest;
import dev.iommufleet.protocol.api.v1.DeleteDeviceRequest;
import dev.iommufleet.protocol.api.v1.DetachDeviceRequest;
import dev.iommufleet.protocol.api.v1.DetachDeviceResponse;
import dev.iommufleet.protocol.api.v1.DeviceServiceGrpc;
import dev.iommufleet.protocol.api.v1.DeviceServiceGrpc.DeviceServiceBlockingStub;
import dev.iommufleet.protocol.api.v1.DeviceSpec;
import dev.iommufleet.protocol.api.v1.DmaResult;
import dev.iommufleet.protocol.api.v1.GetDeviceRequest;
import dev.iommufleet.protocol.api.v1.HostDevice;
import dev.iommufleet.protocol.api.v1.HostDeviceStateKind;
import dev.iommufleet.protocol.api.v1.InjectFaultRequest;
import dev.iommufleet.protocol.api.v1.ListDevicesRequest;
import dev.iommufleet.protocol.api.v1.ListDevicesResponse;
import dev.iommufleet.protocol.api.v1.ListHostDeviceStateRequest;
import dev.iommufleet.protocol.api.v1.ListHostDeviceStateResponse;
import dev.iommufleet.protocol.api.v1.ReadConfigRequest;
import dev.iommufleet.protocol.api.v1.RemoveDeviceRequest;
import dev.iommufleet.protocol.api.v1.RequestDevicePageRequest;
import dev.iommufleet.protocol.api.v1.RequestDevicePageResponse;
import dev.iommufleet.protocol.api.v1.RequestId;
import dev.iommufleet.protocol.api.v1.ResetFunctionRequest;
import dev.iommufleet.protocol.api.v1.SendStopMarkerRequest;
import dev.iommufleet.protocol.api.v1.SendStopMarkerResponse;
import dev.iommufleet.protocol.api.v1.StartDmaRequest;
import dev.iommufleet.protocol.api.v1.StartDmaResponse;
import dev.iommufleet.protocol.api.v1.WaitDmaRequest;
import dev.iommufleet.protocol.api.v1.WriteConfigRequest;
import io.grpc.Channel;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * The host devices of a fleet. Calls block, may be made by several threads and end with a {@link
 * FleetException}. Changes get an id of their own unless the caller gives one, so they are repeated
 * while no node answers and executed once.
 */
public final class Devices {
  private static final Duration USUAL_WAIT = Duration.ofSeconds(10);

  private final Channel channel;
  private final Retrier retrier;
  private final Duration callTime;

  Devices(Channel channel, Retrier retrier, Duration callTime) {
    this.channel = channel;
    this.retrier = retrier;
    this.callTime = callTime;
  }

  private DeviceServiceBlockingStub stub() {
    return stub(Duration.ZERO);
  }

  private DeviceServiceBlockingStub stub(Duration more) {
    return DeviceServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(callTime.plus(more).toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Milliseconds, unsigned; 0: the usual. */
  private static Duration orUsual(int waitMillis) {
    return waitMillis == 0 ? USUAL_WAIT : Duration.ofMillis(Integer.toUnsignedLong(waitMillis));
  }

  private static RequestId named(boolean given, RequestId id) {
    return given
        ? id
        : RequestId.newBuilder().setSession(UUID.randomUUID().toString()).setSequence(1).build();
  }

  // ---- create, get, list, delete -----------------------------------------------------------

  /** Makes a device. A repeat with the same id and specification answers as the first time. */
  public HostDevice create(String deviceId, DeviceSpec spec) {
    var request = CreateDeviceRequest.newBuilder().setDeviceId(deviceId).setSpec(spec).build();
    return retrier.repeatable(() -> stub().createDevice(request)).getDevice();
  }

  public HostDevice get(String deviceId) {
    var request = GetDeviceRequest.newBuilder().setDeviceId(deviceId).build();
    return retrier.repeatable(() -> stub().getDevice(request)).getDevice();
  }

  /**
   * One page of ids in ascending order.
   *
   * @param pageSize 1 to 1,000; 0: 100
   * @param pageToken of the previous page; empty: the first
   */
  public ListDevicesResponse list(int pageSize, String pageToken) {
    var request =
        ListDevicesRequest.newBuilder().setPageSize(pageSize).setPageToken(pageToken).build();
    return retrier.repeatable(() -> stub().listDevices(request));
  }

  /**
   * Ends a device; its journal is kept.
   *
   * @return the sequence number of the entry that ended it
   */
  public long delete(String deviceId) {
    var request = DeleteDeviceRequest.newBuilder().setDeviceId(deviceId).build();
    return retrier.once(() -> stub().deleteDevice(request)).getSequenceNumber();
  }

  /**
   * One page of a list that may be long.
   *
   * @param pageToken of the previous page; empty: the first
   */
  public ListHostDeviceStateResponse state(
      String deviceId, HostDeviceStateKind kind, int pageSize, String pageToken) {
    var request =
        ListHostDeviceStateRequest.newBuilder()
            .setDeviceId(deviceId)
            .setKind(kind)
            .setPageSize(pageSize)
            .setPageToken(pageToken)
            .build();
    return retrier.repeatable(() -> stub().listDeviceState(request));
  }

  // ---- attach, detach ----------------------------------------------------------------------

  /** Returns when the IOMMU has accepted the device; {@code sourceId}: 16 bits. */
  public AttachDeviceResponse attach(String deviceId, String iommuId, int sourceId) {
    return attach(
        AttachDeviceRequest.newBuilder()
            .setDeviceId(deviceId)
            .setIommuId(iommuId)
            .setSourceId(sourceId)
            .build());
  }

  public AttachDeviceResponse attach(AttachDeviceRequest request) {
    var id = named(request.hasRequestId(), request.getRequestId());
    var named = request.toBuilder().setRequestId(id).build();
    var wait = orUsual(request.getWaitMillis());
    return retrier.repeatable(() -> stub(wait).attachDevice(named));
  }

  /** Returns when the device has left in an orderly way. */
  public DetachDeviceResponse detach(String deviceId) {
    return detach(DetachDeviceRequest.newBuilder().setDeviceId(deviceId).build());
  }

  public DetachDeviceResponse detach(DetachDeviceRequest request) {
    var id = named(request.hasRequestId(), request.getRequestId());
    var named = request.toBuilder().setRequestId(id).build();
    var wait = orUsual(request.getWaitMillis());
    return retrier.repeatable(() -> stub(wait).detachDevice(named));
  }

  /**
   * Pulls the device out by surprise.
   *
   * @return the sequence number after it
   */
  public long remove(RemoveDeviceRequest request) {
    var id = named(request.hasRequestId(), request.getRequestId());
    var named = request.toBuilder().setRequestId(id).build();
    return retrier.repeatable(() -> stub().removeDevice(named)).getSequenceNumber();
  }

  // ---- registers ---------------------------------------------------------------------------

  /** 16 or 32 bits, as the register has. */
  public int readConfig(String deviceId, ConfigRegister register) {
    var request =
        ReadConfigRequest.newBuilder().setDeviceId(deviceId).setRegister(register).build();
    return retrier.repeatable(() -> stub().readConfig(request)).getValue();
  }

  /**
   * Writes a register as the guest would.
   *
   * @return the sequence number after it
   */
  public long writeConfig(String deviceId, ConfigRegister register, int value) {
    var request =
        WriteConfigRequest.newBuilder()
            .setDeviceId(deviceId)
            .setRequestId(named(false, null))
            .setRegister(register)
            .setValue(value)
            .build();
    return retrier.repeatable(() -> stub().writeConfig(request)).getSequenceNumber();
  }

  /**
   * Function-level reset.
   *
   * @return the sequence number after it
   */
  public long reset(String deviceId) {
    var request =
        ResetFunctionRequest.newBuilder()
            .setDeviceId(deviceId)
            .setRequestId(named(false, null))
            .build();
    return retrier.repeatable(() -> stub().resetFunction(request)).getSequenceNumber();
  }

  // ---- DMA, page requests, faults to order -------------------------------------------------

  public StartDmaResponse startDma(StartDmaRequest request) {
    var id = named(request.hasRequestId(), request.getRequestId());
    var named = request.toBuilder().setRequestId(id).build();
    var wait = Duration.ofMillis(Integer.toUnsignedLong(request.getWaitMillis()));
    return retrier.repeatable(() -> stub(wait).startDma(named));
  }

  /** How the DMA ended; empty: it runs. */
  public Optional<DmaResult> waitDma(String deviceId, long dma, int waitMillis) {
    var request =
        WaitDmaRequest.newBuilder()
            .setDeviceId(deviceId)
            .setDma(dma)
            .setWaitMillis(waitMillis)
            .build();
    var wait = Duration.ofMillis(Integer.toUnsignedLong(waitMillis));
    var response = retrier.repeatable(() -> stub(wait).waitDma(request));
    return response.hasResult() ? Optional.of(response.getResult()) : Optional.empty();
  }

  public RequestDevicePageResponse requestPage(RequestDevicePageRequest request) {
    var id = named(request.hasRequestId(), request.getRequestId());
    var named = request.toBuilder().setRequestId(id).build();
    return retrier.repeatable(() -> stub().requestPage(named));
  }

  public SendStopMarkerResponse sendStopMarker(SendStopMarkerRequest request) {
    var id = named(request.hasRequestId(), request.getRequestId());
    var named = request.toBuilder().setRequestId(id).build();
    return retrier.repeatable(() -> stub().sendStopMarker(named));
  }

  /**
   * Tells the device what to do wrong from now on.
   *
   * @return the sequence number after it
   */
  public long inject(InjectFaultRequest request) {
    var id = named(request.hasRequestId(), request.getRequestId());
    var named = request.toBuilder().setRequestId(id).build();
    return retrier.repeatable(() -> stub().injectFault(named)).getSequenceNumber();
  }

  /** Calls the kernel of a passed-through device's host. */
  public CallHostResponse callHost(CallHostRequest request) {
    var id = named(request.hasRequestId(), request.getRequestId());
    var named = request.toBuilder().setRequestId(id).build();
    return retrier.repeatable(() -> stub().callHost(named));
  }
}
