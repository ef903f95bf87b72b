package dev.iommufleet.persistence.mapping;

import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.protocol.api.v1.HostDeviceFact;

/** Facts of attachments to and from their messages. */
final class AttachmentFacts {
  private AttachmentFacts() {}

  static void write(DeviceFact.OfLink value, HostDeviceFact.Builder message) {
    switch (value) {
      case DeviceFact.AttachStarted it -> write(it, message.getAttachStartedBuilder());
      case DeviceFact.AttachAccepted it -> write(it, message.getAttachAcceptedBuilder());
      case DeviceFact.DetachStarted it -> write(it, message.getDetachStartedBuilder());
      case DeviceFact.AttachmentOver it -> write(it, message.getAttachmentOverBuilder());
      case DeviceFact.LossSettled it -> write(it, message.getLossSettledBuilder());
      case DeviceFact.CommandDone it -> write(it, message.getCommandDoneBuilder());
      case DeviceFact.EpochKept it -> write(it, message.getEpochKeptBuilder());
      case DeviceFact.LossKept it -> write(it, message.getLossKeptBuilder());
      case DeviceFact.LinkChanged it -> write(it, message.getLinkChangedBuilder());
    }
  }

  static DeviceFact read(HostDeviceFact message) {
    return switch (message.getKindCase()) {
      case ATTACH_STARTED -> read(message.getAttachStarted());
      case ATTACH_ACCEPTED -> read(message.getAttachAccepted());
      case DETACH_STARTED -> read(message.getDetachStarted());
      case ATTACHMENT_OVER -> read(message.getAttachmentOver());
      case LOSS_SETTLED -> read(message.getLossSettled());
      case COMMAND_DONE -> read(message.getCommandDone());
      case EPOCH_KEPT -> read(message.getEpochKept());
      case LOSS_KEPT -> read(message.getLossKept());
      case LINK_CHANGED -> read(message.getLinkChanged());
      default -> throw Fields.unknownKind("a fact");
    };
  }

  private static void write(
      DeviceFact.AttachStarted it, HostDeviceFact.AttachStarted.Builder message) {
    message.setEpoch(it.epoch()).setIommu(it.iommu()).setSourceId(it.sourceId());
  }

  private static DeviceFact.AttachStarted read(HostDeviceFact.AttachStarted m) {
    return new DeviceFact.AttachStarted(
        m.getEpoch(), m.getIommu(), Fields.sourceId(m.getSourceId()));
  }

  private static void write(
      DeviceFact.AttachAccepted it, HostDeviceFact.AttachAccepted.Builder message) {
    message.setEpoch(it.epoch());
  }

  private static DeviceFact.AttachAccepted read(HostDeviceFact.AttachAccepted m) {
    return new DeviceFact.AttachAccepted(m.getEpoch());
  }

  private static void write(
      DeviceFact.DetachStarted it, HostDeviceFact.DetachStarted.Builder message) {
    message.setEpoch(it.epoch());
  }

  private static DeviceFact.DetachStarted read(HostDeviceFact.DetachStarted m) {
    return new DeviceFact.DetachStarted(m.getEpoch());
  }

  private static void write(
      DeviceFact.AttachmentOver it, HostDeviceFact.AttachmentOver.Builder message) {
    message.setEpoch(it.epoch()).setCause(DeviceValues.write(it.cause())).setLost(it.lost());
  }

  private static DeviceFact.AttachmentOver read(HostDeviceFact.AttachmentOver m) {
    return new DeviceFact.AttachmentOver(
        m.getEpoch(), DeviceValues.read(m.getCause()), m.getLost());
  }

  private static void write(DeviceFact.LossSettled it, HostDeviceFact.LossSettled.Builder message) {
    message.setEpoch(it.epoch());
  }

  private static DeviceFact.LossSettled read(HostDeviceFact.LossSettled m) {
    return new DeviceFact.LossSettled(m.getEpoch());
  }

  private static void write(DeviceFact.CommandDone it, HostDeviceFact.CommandDone.Builder message) {
    message.setId(it.id()).setErrno(it.errno());
  }

  private static DeviceFact.CommandDone read(HostDeviceFact.CommandDone m) {
    return new DeviceFact.CommandDone(m.getId(), m.getErrno());
  }

  private static void write(DeviceFact.EpochKept it, HostDeviceFact.EpochKept.Builder message) {
    message.setLastEpoch(it.lastEpoch());
  }

  private static DeviceFact.EpochKept read(HostDeviceFact.EpochKept m) {
    return new DeviceFact.EpochKept(m.getLastEpoch());
  }

  private static void write(DeviceFact.LossKept it, HostDeviceFact.LossKept.Builder message) {
    message.setEpoch(it.epoch()).setIommu(it.iommu()).setSourceId(it.sourceId());
  }

  private static DeviceFact.LossKept read(HostDeviceFact.LossKept m) {
    return new DeviceFact.LossKept(m.getEpoch(), m.getIommu(), Fields.sourceId(m.getSourceId()));
  }

  private static void write(DeviceFact.LinkChanged it, HostDeviceFact.LinkChanged.Builder message) {
    message.setUp(it.up());
  }

  private static DeviceFact.LinkChanged read(HostDeviceFact.LinkChanged m) {
    return new DeviceFact.LinkChanged(m.getUp());
  }
}
