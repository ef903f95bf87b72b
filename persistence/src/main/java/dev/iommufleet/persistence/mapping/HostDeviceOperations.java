package dev.iommufleet.persistence.mapping;

import static dev.iommufleet.hardware.vtd.Access.NO_PASID;

import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.protocol.api.v1.HostDeviceOperation;

/** Operations on a device to and from their messages. */
public final class HostDeviceOperations {
  private HostDeviceOperations() {}

  public static HostDeviceOperation write(DeviceOperation value) {
    var message = HostDeviceOperation.newBuilder();
    write(value, message);
    return message.build();
  }

  private static void write(DeviceOperation value, HostDeviceOperation.Builder message) {
    switch (value) {
      case DeviceOperation.Attach it -> write(it, message.getAttachBuilder());
      case DeviceOperation.AttachAnswered it -> write(it, message.getAttachAnsweredBuilder());
      case DeviceOperation.Detach() -> message.getDetachBuilder();
      case DeviceOperation.AttachmentEnded it -> write(it, message.getAttachmentEndedBuilder());
      case DeviceOperation.Remove() -> message.getRemoveBuilder();
      case DeviceOperation.LossAcknowledged it -> write(it, message.getLossAcknowledgedBuilder());
      case DeviceOperation.Receive it -> write(it, message.getReceiveBuilder());
      case DeviceOperation.Resume() -> message.getResumeBuilder();
      case DeviceOperation.Poll() -> message.getPollBuilder();
      case DeviceOperation.ReadConfig it -> write(it, message.getReadConfigBuilder());
      case DeviceOperation.WriteConfig it -> write(it, message.getWriteConfigBuilder());
      case DeviceOperation.RequestPage it -> write(it, message.getRequestPageBuilder());
      case DeviceOperation.SendStopMarker it -> write(it, message.getSendStopMarkerBuilder());
      case DeviceOperation.StartDma it -> write(it, message.getStartDmaBuilder());
      case DeviceOperation.Translated it -> write(it, message.getTranslatedBuilder());
      case DeviceOperation.Accessed it -> write(it, message.getAccessedBuilder());
      case DeviceOperation.FailHostCall it -> write(it, message.getFailHostCallBuilder());
      case DeviceOperation.FailCompletions it -> write(it, message.getFailCompletionsBuilder());
      case DeviceOperation.ReleaseCompletions() -> message.getReleaseCompletionsBuilder();
      case DeviceOperation.LoseResponses it -> write(it, message.getLoseResponsesBuilder());
      case DeviceOperation.CallHost it ->
          message.getCallHostBuilder().setCall(HostCalls.write(it.call()));
      case DeviceOperation.SetLink it -> write(it, message.getSetLinkBuilder());
    }
  }

  /**
   * @throws MalformedException unknown kind, or a number wider than its field
   */
  public static DeviceOperation read(HostDeviceOperation message) {
    return switch (message.getKindCase()) {
      case ATTACH -> read(message.getAttach());
      case ATTACH_ANSWERED -> read(message.getAttachAnswered());
      case DETACH -> new DeviceOperation.Detach();
      case ATTACHMENT_ENDED -> read(message.getAttachmentEnded());
      case REMOVE -> new DeviceOperation.Remove();
      case LOSS_ACKNOWLEDGED -> read(message.getLossAcknowledged());
      case RECEIVE -> read(message.getReceive());
      case RESUME -> new DeviceOperation.Resume();
      case POLL -> new DeviceOperation.Poll();
      case READ_CONFIG -> read(message.getReadConfig());
      case WRITE_CONFIG -> read(message.getWriteConfig());
      case REQUEST_PAGE -> read(message.getRequestPage());
      case SEND_STOP_MARKER -> read(message.getSendStopMarker());
      case START_DMA -> read(message.getStartDma());
      case TRANSLATED -> read(message.getTranslated());
      case ACCESSED -> read(message.getAccessed());
      case FAIL_HOST_CALL -> read(message.getFailHostCall());
      case FAIL_COMPLETIONS -> read(message.getFailCompletions());
      case RELEASE_COMPLETIONS -> new DeviceOperation.ReleaseCompletions();
      case LOSE_RESPONSES -> read(message.getLoseResponses());
      case CALL_HOST ->
          new DeviceOperation.CallHost(HostCalls.read(message.getCallHost().getCall()));
      case SET_LINK -> read(message.getSetLink());
      case KIND_NOT_SET -> throw Fields.unknownKind("an operation");
    };
  }

  private static void write(DeviceOperation.Attach it, HostDeviceOperation.Attach.Builder message) {
    message.setIommu(it.iommu()).setSourceId(it.sourceId());
  }

  private static DeviceOperation.Attach read(HostDeviceOperation.Attach m) {
    return new DeviceOperation.Attach(m.getIommu(), Fields.sourceId(m.getSourceId()));
  }

  private static void write(
      DeviceOperation.AttachAnswered it, HostDeviceOperation.AttachAnswered.Builder message) {
    message.setEpoch(it.epoch()).setAccepted(it.accepted());
  }

  private static DeviceOperation.AttachAnswered read(HostDeviceOperation.AttachAnswered m) {
    return new DeviceOperation.AttachAnswered(m.getEpoch(), m.getAccepted());
  }

  private static void write(
      DeviceOperation.AttachmentEnded it, HostDeviceOperation.AttachmentEnded.Builder message) {
    message.setEpoch(it.epoch());
  }

  private static DeviceOperation.AttachmentEnded read(HostDeviceOperation.AttachmentEnded m) {
    return new DeviceOperation.AttachmentEnded(m.getEpoch());
  }

  private static void write(
      DeviceOperation.LossAcknowledged it, HostDeviceOperation.LossAcknowledged.Builder message) {
    message.setEpoch(it.epoch());
  }

  private static DeviceOperation.LossAcknowledged read(HostDeviceOperation.LossAcknowledged m) {
    return new DeviceOperation.LossAcknowledged(m.getEpoch());
  }

  private static void write(
      DeviceOperation.Receive it, HostDeviceOperation.Receive.Builder message) {
    message
        .setEpoch(it.epoch())
        .setId(it.id())
        .setPrevious(it.previous())
        .setCommand(Links.write(it.command()));
  }

  private static DeviceOperation.Receive read(HostDeviceOperation.Receive m) {
    return new DeviceOperation.Receive(
        m.getEpoch(), m.getId(), m.getPrevious(), Links.read(m.getCommand()));
  }

  private static void write(
      DeviceOperation.ReadConfig it, HostDeviceOperation.ReadConfig.Builder message) {
    message.setRegister(DeviceValues.write(it.register()));
  }

  private static DeviceOperation.ReadConfig read(HostDeviceOperation.ReadConfig m) {
    return new DeviceOperation.ReadConfig(DeviceValues.read(m.getRegister()));
  }

  private static void write(
      DeviceOperation.WriteConfig it, HostDeviceOperation.WriteConfig.Builder message) {
    message.setRegister(DeviceValues.write(it.register())).setValue(it.value());
  }

  private static DeviceOperation.WriteConfig read(HostDeviceOperation.WriteConfig m) {
    return new DeviceOperation.WriteConfig(DeviceValues.read(m.getRegister()), m.getValue());
  }

  private static void write(
      DeviceOperation.RequestPage it, HostDeviceOperation.RequestPage.Builder message) {
    message
        .setAddress(it.address())
        .setRead(it.read())
        .setWrite(it.write())
        .setExecute(it.execute())
        .setPrivileged(it.privileged())
        .setLastInGroup(it.lastInGroup());
    if (it.pasid() != NO_PASID) {
      message.setPasid(it.pasid());
    }
  }

  private static DeviceOperation.RequestPage read(HostDeviceOperation.RequestPage m) {
    return new DeviceOperation.RequestPage(
        Fields.pasid(m.hasPasid(), m.getPasid()),
        m.getAddress(),
        m.getRead(),
        m.getWrite(),
        m.getExecute(),
        m.getPrivileged(),
        m.getLastInGroup());
  }

  private static void write(
      DeviceOperation.SendStopMarker it, HostDeviceOperation.SendStopMarker.Builder message) {
    if (it.pasid() != NO_PASID) {
      message.setPasid(it.pasid());
    }
  }

  private static DeviceOperation.SendStopMarker read(HostDeviceOperation.SendStopMarker m) {
    return new DeviceOperation.SendStopMarker(Fields.pasid(m.hasPasid(), m.getPasid()));
  }

  private static void write(
      DeviceOperation.StartDma it, HostDeviceOperation.StartDma.Builder message) {
    message.setIova(it.iova()).setLength(it.length()).setMode(DeviceValues.write(it.mode()));
    if (it.pasid() != NO_PASID) {
      message.setPasid(it.pasid());
    }
    if (it.data() != null) {
      message.setData(Operations.bytes(it.data()));
    }
  }

  private static DeviceOperation.StartDma read(HostDeviceOperation.StartDma m) {
    return new DeviceOperation.StartDma(
        Fields.pasid(m.hasPasid(), m.getPasid()),
        m.getIova(),
        Fields.count("length", m.getLength()),
        m.hasData() ? m.getData().toByteArray() : null,
        DeviceValues.read(m.getMode()));
  }

  private static void write(
      DeviceOperation.Translated it, HostDeviceOperation.Translated.Builder message) {
    message
        .setEpoch(it.epoch())
        .setAsk(it.ask())
        .setGeneration(it.generation())
        .setAddress(it.address())
        .setMask(it.mask())
        .setPermissions(it.permissions());
  }

  private static DeviceOperation.Translated read(HostDeviceOperation.Translated m) {
    return new DeviceOperation.Translated(
        m.getEpoch(),
        m.getAsk(),
        m.getGeneration(),
        m.getAddress(),
        m.getMask(),
        Fields.bits("permissions", m.getPermissions(), 4));
  }

  private static void write(
      DeviceOperation.Accessed it, HostDeviceOperation.Accessed.Builder message) {
    message.setEpoch(it.epoch()).setAsk(it.ask()).setOk(it.ok());
    if (it.data() != null) {
      message.setData(Operations.bytes(it.data()));
    }
  }

  private static DeviceOperation.Accessed read(HostDeviceOperation.Accessed m) {
    return new DeviceOperation.Accessed(
        m.getEpoch(), m.getAsk(), m.getOk(), m.hasData() ? m.getData().toByteArray() : null);
  }

  private static void write(
      DeviceOperation.FailHostCall it, HostDeviceOperation.FailHostCall.Builder message) {
    message.setKind(DeviceValues.write(it.kind())).setN(it.n()).setErrno(it.errno());
  }

  private static DeviceOperation.FailHostCall read(HostDeviceOperation.FailHostCall m) {
    return new DeviceOperation.FailHostCall(
        DeviceValues.read(m.getKind()), Fields.count("n", m.getN()), m.getErrno());
  }

  private static void write(
      DeviceOperation.FailCompletions it, HostDeviceOperation.FailCompletions.Builder message) {
    message.setFault(DeviceValues.write(it.fault())).setN(it.n());
  }

  private static DeviceOperation.FailCompletions read(HostDeviceOperation.FailCompletions m) {
    return new DeviceOperation.FailCompletions(
        DeviceValues.read(m.getFault()), Fields.count("n", m.getN()));
  }

  private static void write(
      DeviceOperation.LoseResponses it, HostDeviceOperation.LoseResponses.Builder message) {
    message.setN(it.n());
  }

  private static DeviceOperation.LoseResponses read(HostDeviceOperation.LoseResponses m) {
    return new DeviceOperation.LoseResponses(Fields.count("n", m.getN()));
  }

  private static void write(
      DeviceOperation.SetLink it, HostDeviceOperation.SetLink.Builder message) {
    message.setUp(it.up()).setNotice(it.notice());
  }

  private static DeviceOperation.SetLink read(HostDeviceOperation.SetLink m) {
    return new DeviceOperation.SetLink(m.getUp(), m.getNotice());
  }
}
