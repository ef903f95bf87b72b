package dev.iommufleet.persistence.mapping;

import static dev.iommufleet.hardware.vtd.Access.NO_PASID;

import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.protocol.api.v1.HostDeviceFact;

/** Facts of a device's host to and from their messages. */
final class HostSideFacts {
  private HostSideFacts() {}

  static void write(DeviceFact.OfHost value, HostDeviceFact.Builder message) {
    switch (value) {
      case DeviceFact.HostOpened() -> message.getHostOpenedBuilder();
      case DeviceFact.HostClosed it -> write(it, message.getHostClosedBuilder());
      case DeviceFact.HostCalled it -> write(it, message.getHostCalledBuilder());
      case DeviceFact.HostBindingChanged it -> write(it, message.getHostBindingChangedBuilder());
      case DeviceFact.HostStuckChanged it -> write(it, message.getHostStuckChangedBuilder());
      case DeviceFact.HostUnfreedChanged it -> write(it, message.getHostUnfreedChangedBuilder());
      case DeviceFact.HostFailureArmed it -> write(it, message.getHostFailureArmedBuilder());
      case DeviceFact.HostObjectKept it -> write(it, message.getHostObjectKeptBuilder());
      case DeviceFact.HostOpenKept() -> message.getHostOpenKeptBuilder();
      case DeviceFact.HostAttachmentKept it -> write(it, message.getHostAttachmentKeptBuilder());
      case DeviceFact.HostIdsKept it -> write(it, message.getHostIdsKeptBuilder());
    }
  }

  static DeviceFact read(HostDeviceFact message) {
    return switch (message.getKindCase()) {
      case HOST_OPENED -> new DeviceFact.HostOpened();
      case HOST_CLOSED -> read(message.getHostClosed());
      case HOST_CALLED -> read(message.getHostCalled());
      case HOST_BINDING_CHANGED -> read(message.getHostBindingChanged());
      case HOST_STUCK_CHANGED -> read(message.getHostStuckChanged());
      case HOST_UNFREED_CHANGED -> read(message.getHostUnfreedChanged());
      case HOST_FAILURE_ARMED -> read(message.getHostFailureArmed());
      case HOST_OBJECT_KEPT -> read(message.getHostObjectKept());
      case HOST_OPEN_KEPT -> new DeviceFact.HostOpenKept();
      case HOST_ATTACHMENT_KEPT -> read(message.getHostAttachmentKept());
      case HOST_IDS_KEPT -> read(message.getHostIdsKept());
      default -> throw Fields.unknownKind("a fact");
    };
  }

  private static void write(DeviceFact.HostClosed it, HostDeviceFact.HostClosed.Builder message) {
    message.addAllLeft(Fields.ints(it.left()));
  }

  private static DeviceFact.HostClosed read(HostDeviceFact.HostClosed m) {
    return new DeviceFact.HostClosed(Fields.ints(m.getLeftList()));
  }

  private static void write(DeviceFact.HostCalled it, HostDeviceFact.HostCalled.Builder message) {
    message.setCall(HostCalls.write(it.call())).setErrno(it.errno()).setValue(it.value());
  }

  private static DeviceFact.HostCalled read(HostDeviceFact.HostCalled m) {
    return new DeviceFact.HostCalled(
        HostCalls.read(m.getCall()), m.getErrno(), Fields.count("value", m.getValue()));
  }

  private static void write(
      DeviceFact.HostBindingChanged it, HostDeviceFact.HostBindingChanged.Builder message) {
    message.setType(it.type()).setBound(it.bound()).setNested(it.nested()).setCareful(it.careful());
    if (it.pasid() != NO_PASID) {
      message.setPasid(it.pasid());
    }
  }

  private static DeviceFact.HostBindingChanged read(HostDeviceFact.HostBindingChanged m) {
    return new DeviceFact.HostBindingChanged(
        Fields.pasid(m.hasPasid(), m.getPasid()),
        Fields.bits("type", m.getType(), 3),
        m.getBound(),
        Fields.count("nested", m.getNested()),
        m.getCareful());
  }

  private static void write(
      DeviceFact.HostStuckChanged it, HostDeviceFact.HostStuckChanged.Builder message) {
    message.setStuck(it.stuck()).setNested(it.nested()).setToDefault(it.toDefault());
    if (it.pasid() != NO_PASID) {
      message.setPasid(it.pasid());
    }
  }

  private static DeviceFact.HostStuckChanged read(HostDeviceFact.HostStuckChanged m) {
    return new DeviceFact.HostStuckChanged(
        Fields.pasid(m.hasPasid(), m.getPasid()),
        m.getStuck(),
        Fields.count("nested", m.getNested()),
        m.getToDefault());
  }

  private static void write(
      DeviceFact.HostUnfreedChanged it, HostDeviceFact.HostUnfreedChanged.Builder message) {
    message.setObject(it.object()).setUnfreed(it.unfreed());
  }

  private static DeviceFact.HostUnfreedChanged read(HostDeviceFact.HostUnfreedChanged m) {
    return new DeviceFact.HostUnfreedChanged(Fields.count("object", m.getObject()), m.getUnfreed());
  }

  private static void write(
      DeviceFact.HostFailureArmed it, HostDeviceFact.HostFailureArmed.Builder message) {
    message.setKind(DeviceValues.write(it.kind())).setN(it.n()).setErrno(it.errno());
  }

  private static DeviceFact.HostFailureArmed read(HostDeviceFact.HostFailureArmed m) {
    return new DeviceFact.HostFailureArmed(
        DeviceValues.read(m.getKind()), Fields.count("n", m.getN()), m.getErrno());
  }

  private static void write(
      DeviceFact.HostObjectKept it, HostDeviceFact.HostObjectKept.Builder message) {
    message.setObject(HostCalls.write(it.object()));
  }

  private static DeviceFact.HostObjectKept read(HostDeviceFact.HostObjectKept m) {
    return new DeviceFact.HostObjectKept(HostCalls.read(m.getObject()));
  }

  private static void write(
      DeviceFact.HostAttachmentKept it, HostDeviceFact.HostAttachmentKept.Builder message) {
    message.setObject(it.object()).setSibling(it.sibling());
    if (it.pasid() != NO_PASID) {
      message.setPasid(it.pasid());
    }
  }

  private static DeviceFact.HostAttachmentKept read(HostDeviceFact.HostAttachmentKept m) {
    return new DeviceFact.HostAttachmentKept(
        Fields.pasid(m.hasPasid(), m.getPasid()),
        Fields.count("object", m.getObject()),
        Fields.count("sibling", m.getSibling()));
  }

  private static void write(DeviceFact.HostIdsKept it, HostDeviceFact.HostIdsKept.Builder message) {
    message.setNextId(it.nextId());
  }

  private static DeviceFact.HostIdsKept read(HostDeviceFact.HostIdsKept m) {
    return new DeviceFact.HostIdsKept(Fields.count("next id", m.getNextId()));
  }
}
