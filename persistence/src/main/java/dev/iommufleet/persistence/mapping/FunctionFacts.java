package dev.iommufleet.persistence.mapping;

import static dev.iommufleet.hardware.vtd.Access.NO_PASID;

import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.protocol.api.v1.HostDeviceFact;

/** Facts of registers and page requests to and from their messages. */
final class FunctionFacts {
  private FunctionFacts() {}

  static void write(DeviceFact.OfFunction value, HostDeviceFact.Builder message) {
    switch (value) {
      case DeviceFact.ConfigChanged it -> write(it, message.getConfigChangedBuilder());
      case DeviceFact.GroupOpened it -> write(it, message.getGroupOpenedBuilder());
      case DeviceFact.PageRequestSent it -> write(it, message.getPageRequestSentBuilder());
      case DeviceFact.PageRequestForwarded it ->
          message.getPageRequestForwardedBuilder().setRequest(Reports.write(it.request()));
      case DeviceFact.PageRequestSettled it -> write(it, message.getPageRequestSettledBuilder());
      case DeviceFact.GroupEnded it -> write(it, message.getGroupEndedBuilder());
      case DeviceFact.GroupKept it -> write(it, message.getGroupKeptBuilder());
      case DeviceFact.PageRequestKept it -> write(it, message.getPageRequestKeptBuilder());
      case DeviceFact.RequestCountersKept it -> write(it, message.getRequestCountersKeptBuilder());
    }
  }

  static DeviceFact read(HostDeviceFact message) {
    return switch (message.getKindCase()) {
      case CONFIG_CHANGED -> read(message.getConfigChanged());
      case GROUP_OPENED -> read(message.getGroupOpened());
      case PAGE_REQUEST_SENT -> read(message.getPageRequestSent());
      case PAGE_REQUEST_FORWARDED ->
          new DeviceFact.PageRequestForwarded(
              Reports.pageRequested(message.getPageRequestForwarded().getRequest()));
      case PAGE_REQUEST_SETTLED -> read(message.getPageRequestSettled());
      case GROUP_ENDED -> read(message.getGroupEnded());
      case GROUP_KEPT -> read(message.getGroupKept());
      case PAGE_REQUEST_KEPT -> read(message.getPageRequestKept());
      case REQUEST_COUNTERS_KEPT -> read(message.getRequestCountersKept());
      default -> throw Fields.unknownKind("a fact");
    };
  }

  private static void write(
      DeviceFact.ConfigChanged it, HostDeviceFact.ConfigChanged.Builder message) {
    message.setRegister(DeviceValues.write(it.register())).setValue(it.value());
  }

  private static DeviceFact.ConfigChanged read(HostDeviceFact.ConfigChanged m) {
    return new DeviceFact.ConfigChanged(DeviceValues.read(m.getRegister()), m.getValue());
  }

  private static void write(DeviceFact.GroupOpened it, HostDeviceFact.GroupOpened.Builder message) {
    message.setGroupIndex(it.groupIndex());
    if (it.pasid() != NO_PASID) {
      message.setPasid(it.pasid());
    }
  }

  private static DeviceFact.GroupOpened read(HostDeviceFact.GroupOpened m) {
    return new DeviceFact.GroupOpened(
        Fields.pasid(m.hasPasid(), m.getPasid()), Fields.bits("group index", m.getGroupIndex(), 9));
  }

  private static void write(
      DeviceFact.PageRequestSent it, HostDeviceFact.PageRequestSent.Builder message) {
    message.setRequest(Reports.write(it.request()));
  }

  private static DeviceFact.PageRequestSent read(HostDeviceFact.PageRequestSent m) {
    return new DeviceFact.PageRequestSent(Reports.pageRequested(m.getRequest()));
  }

  private static void write(
      DeviceFact.PageRequestSettled it, HostDeviceFact.PageRequestSettled.Builder message) {
    message.setNumber(it.number()).setErrno(it.errno());
  }

  private static DeviceFact.PageRequestSettled read(HostDeviceFact.PageRequestSettled m) {
    return new DeviceFact.PageRequestSettled(m.getNumber(), m.getErrno());
  }

  private static void write(DeviceFact.GroupEnded it, HostDeviceFact.GroupEnded.Builder message) {
    message
        .setGroupIndex(it.groupIndex())
        .setCause(DeviceValues.write(it.cause()))
        .setCode(it.code());
  }

  private static DeviceFact.GroupEnded read(HostDeviceFact.GroupEnded m) {
    return new DeviceFact.GroupEnded(
        Fields.bits("group index", m.getGroupIndex(), 9),
        DeviceValues.read(m.getCause()),
        Fields.bits("code", m.getCode(), 4));
  }

  private static void write(DeviceFact.GroupKept it, HostDeviceFact.GroupKept.Builder message) {
    message.setGroupIndex(it.groupIndex()).setClosed(it.closed()).setRequests(it.requests());
    if (it.pasid() != NO_PASID) {
      message.setPasid(it.pasid());
    }
  }

  private static DeviceFact.GroupKept read(HostDeviceFact.GroupKept m) {
    return new DeviceFact.GroupKept(
        Fields.pasid(m.hasPasid(), m.getPasid()),
        Fields.bits("group index", m.getGroupIndex(), 9),
        m.getClosed(),
        Fields.count("requests", m.getRequests()));
  }

  private static void write(
      DeviceFact.PageRequestKept it, HostDeviceFact.PageRequestKept.Builder message) {
    message.setRequest(Reports.write(it.request()));
  }

  private static DeviceFact.PageRequestKept read(HostDeviceFact.PageRequestKept m) {
    return new DeviceFact.PageRequestKept(Reports.pageRequested(m.getRequest()));
  }

  private static void write(
      DeviceFact.RequestCountersKept it, HostDeviceFact.RequestCountersKept.Builder message) {
    message.setLastRequest(it.lastRequest()).setLastIndex(it.lastIndex());
  }

  private static DeviceFact.RequestCountersKept read(HostDeviceFact.RequestCountersKept m) {
    return new DeviceFact.RequestCountersKept(
        m.getLastRequest(), Fields.count("last index", m.getLastIndex()));
  }
}
