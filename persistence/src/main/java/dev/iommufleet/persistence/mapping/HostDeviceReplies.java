package dev.iommufleet.persistence.mapping;

import dev.iommufleet.hardware.device.DeviceReply;
import dev.iommufleet.protocol.api.v1.HostDeviceReply;

/** Replies of a device to and from their messages. */
public final class HostDeviceReplies {
  private HostDeviceReplies() {}

  public static HostDeviceReply write(DeviceReply value) {
    var message = HostDeviceReply.newBuilder();
    write(value, message);
    return message.build();
  }

  private static void write(DeviceReply value, HostDeviceReply.Builder message) {
    switch (value) {
      case DeviceReply.Done() -> message.getDoneBuilder();
      case DeviceReply.Refused it -> write(it, message.getRefusedBuilder());
      case DeviceReply.AttachStarted it -> write(it, message.getAttachStartedBuilder());
      case DeviceReply.ConfigValue it -> write(it, message.getConfigValueBuilder());
      case DeviceReply.Received it -> write(it, message.getReceivedBuilder());
      case DeviceReply.PageRequested it -> write(it, message.getPageRequestedBuilder());
      case DeviceReply.DmaStarted it -> write(it, message.getDmaStartedBuilder());
      case DeviceReply.HostAnswered it ->
          message.getHostAnsweredBuilder().setErrno(it.errno()).setValue(it.value());
    }
  }

  /**
   * @throws MalformedException unknown kind, or a number wider than its field
   */
  public static DeviceReply read(HostDeviceReply message) {
    return switch (message.getKindCase()) {
      case DONE -> new DeviceReply.Done();
      case REFUSED -> read(message.getRefused());
      case ATTACH_STARTED -> read(message.getAttachStarted());
      case CONFIG_VALUE -> read(message.getConfigValue());
      case RECEIVED -> read(message.getReceived());
      case PAGE_REQUESTED -> read(message.getPageRequested());
      case DMA_STARTED -> read(message.getDmaStarted());
      case HOST_ANSWERED -> read(message.getHostAnswered());
      case KIND_NOT_SET -> throw Fields.unknownKind("a reply");
    };
  }

  private static void write(DeviceReply.Refused it, HostDeviceReply.Refused.Builder message) {
    message.setReason(DeviceValues.write(it.reason())).setMessage(it.message());
  }

  private static DeviceReply.Refused read(HostDeviceReply.Refused m) {
    return new DeviceReply.Refused(DeviceValues.read(m.getReason()), m.getMessage());
  }

  private static void write(
      DeviceReply.AttachStarted it, HostDeviceReply.AttachStarted.Builder message) {
    message.setEpoch(it.epoch());
  }

  private static DeviceReply.AttachStarted read(HostDeviceReply.AttachStarted m) {
    return new DeviceReply.AttachStarted(m.getEpoch());
  }

  private static void write(
      DeviceReply.ConfigValue it, HostDeviceReply.ConfigValue.Builder message) {
    message.setValue(it.value());
  }

  private static DeviceReply.ConfigValue read(HostDeviceReply.ConfigValue m) {
    return new DeviceReply.ConfigValue(m.getValue());
  }

  private static void write(DeviceReply.Received it, HostDeviceReply.Received.Builder message) {
    message.setReceipt(DeviceValues.write(it.receipt()));
    if (it.answer() != null) {
      message.setAnswer(Reports.write(it.answer()));
    }
  }

  private static DeviceReply.Received read(HostDeviceReply.Received m) {
    return new DeviceReply.Received(
        DeviceValues.read(m.getReceipt()), m.hasAnswer() ? Reports.read(m.getAnswer()) : null);
  }

  private static void write(
      DeviceReply.PageRequested it, HostDeviceReply.PageRequested.Builder message) {
    message.setErrno(it.errno()).setNumber(it.number()).setGroupIndex(it.groupIndex());
  }

  private static DeviceReply.PageRequested read(HostDeviceReply.PageRequested m) {
    return new DeviceReply.PageRequested(
        m.getErrno(), m.getNumber(), Fields.bits("group index", m.getGroupIndex(), 9));
  }

  private static DeviceReply.HostAnswered read(HostDeviceReply.HostAnswered m) {
    return new DeviceReply.HostAnswered(m.getErrno(), Fields.count("value", m.getValue()));
  }

  private static void write(DeviceReply.DmaStarted it, HostDeviceReply.DmaStarted.Builder message) {
    message.setErrno(it.errno()).setDma(it.dma());
  }

  private static DeviceReply.DmaStarted read(HostDeviceReply.DmaStarted m) {
    return new DeviceReply.DmaStarted(m.getErrno(), m.getDma());
  }
}
