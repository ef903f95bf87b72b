package dev.iommufleet.actors;

import dev.iommufleet.hardware.device.DeviceFact;
import dev.iommufleet.hardware.device.DeviceOperation;
import dev.iommufleet.hardware.device.DeviceReply;
import dev.iommufleet.hardware.device.DeviceSink;
import dev.iommufleet.hardware.device.HostDevice;
import dev.iommufleet.persistence.mapping.HostDeviceFacts;
import dev.iommufleet.protocol.api.v1.HostDeviceFact;
import java.util.ArrayList;
import java.util.List;

/** One operation that a host device has executed, and what came of it. */
final class DeviceStep implements DeviceSink {
  final DeviceOperation operation;

  /** Lasting facts and outcomes. */
  final List<HostDeviceFact> facts = new ArrayList<>();

  final List<HostDeviceFact> soft = new ArrayList<>(0);

  /** What goes to IOMMUs. */
  final List<Told> reports = new ArrayList<>(1);

  DeviceReply reply;
  private boolean lasts;

  /** A report and its index among the facts. */
  record Told(DeviceFact.Reported report, int index) {}

  private DeviceStep(DeviceOperation operation) {
    this.operation = operation;
  }

  static DeviceStep run(HostDevice device, DeviceOperation operation) {
    var step = new DeviceStep(operation);
    step.reply = device.execute(operation, step);
    return step;
  }

  /** Whether anything changed that a restart has to find again. */
  boolean lasts() {
    return lasts;
  }

  @Override
  public void accept(DeviceFact fact) {
    switch (fact) {
      case DeviceFact.Lasting _ -> {
        lasts = true;
        facts.add(HostDeviceFacts.write(fact));
      }
      case DeviceFact.Soft _ -> soft.add(HostDeviceFacts.write(fact));
      case DeviceFact.Outcome outcome -> {
        if (outcome instanceof DeviceFact.Reported reported) {
          reports.add(new Told(reported, facts.size()));
        }
        facts.add(HostDeviceFacts.write(fact));
      }
    }
  }
}
