package dev.iommufleet.persistence.mapping;

import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.protocol.api.v1.HostDeviceFact;

/** Facts of the host's fault queues to and from their messages. */
final class HostFaultFacts {
  private HostFaultFacts() {}

  static void write(DeviceFact.OfFaultQueue value, HostDeviceFact.Builder message) {
    switch (value) {
      case DeviceFact.HostQueueChanged it ->
          message.getHostQueueChangedBuilder().setObject(it.object()).setQueue(it.queue());
      case DeviceFact.HostFaultRaised it ->
          message.getHostFaultRaisedBuilder().setFault(HostCalls.write(it.fault()));
      case DeviceFact.HostFaultsDropped() -> message.getHostFaultsDroppedBuilder();
      case DeviceFact.HostFaultTaken it -> write(it, message.getHostFaultTakenBuilder());
      case DeviceFact.HostQueueKept it -> message.getHostQueueKeptBuilder().setQueue(it.queue());
      case DeviceFact.HostFaultKept it -> write(it, message.getHostFaultKeptBuilder());
    }
  }

  static DeviceFact read(HostDeviceFact message) {
    return switch (message.getKindCase()) {
      case HOST_QUEUE_CHANGED -> read(message.getHostQueueChanged());
      case HOST_FAULT_RAISED ->
          new DeviceFact.HostFaultRaised(HostCalls.read(message.getHostFaultRaised().getFault()));
      case HOST_FAULTS_DROPPED -> new DeviceFact.HostFaultsDropped();
      case HOST_FAULT_TAKEN -> read(message.getHostFaultTaken());
      case HOST_QUEUE_KEPT ->
          new DeviceFact.HostQueueKept(
              Fields.count("queue", message.getHostQueueKept().getQueue()));
      case HOST_FAULT_KEPT -> read(message.getHostFaultKept());
      default -> throw Fields.unknownKind("a fact");
    };
  }

  private static DeviceFact.HostQueueChanged read(HostDeviceFact.HostQueueChanged m) {
    return new DeviceFact.HostQueueChanged(
        Fields.count("object", m.getObject()), Fields.count("queue", m.getQueue()));
  }

  private static void write(
      DeviceFact.HostFaultTaken it, HostDeviceFact.HostFaultTaken.Builder message) {
    message
        .setGroupIndex(it.groupIndex())
        .setQueue(it.queue())
        .setCookie(it.cookie())
        .setAnswer(it.answer());
  }

  private static DeviceFact.HostFaultTaken read(HostDeviceFact.HostFaultTaken m) {
    return new DeviceFact.HostFaultTaken(
        Fields.bits("group index", m.getGroupIndex(), 9),
        Fields.count("queue", m.getQueue()),
        Fields.count("cookie", m.getCookie()),
        m.getAnswer());
  }

  private static void write(
      DeviceFact.HostFaultKept it, HostDeviceFact.HostFaultKept.Builder message) {
    message
        .setNumber(it.number())
        .setObject(it.object())
        .setCookie(it.cookie())
        .setFault(HostCalls.write(it.fault()));
  }

  private static DeviceFact.HostFaultKept read(HostDeviceFact.HostFaultKept m) {
    return new DeviceFact.HostFaultKept(
        m.getNumber(),
        Fields.count("object", m.getObject()),
        Fields.count("cookie", m.getCookie()),
        HostCalls.read(m.getFault()));
  }
}
