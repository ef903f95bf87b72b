package dev.iommufleet.simulation;

import dev.iommufleet.hardware.link.Delivery;
import dev.iommufleet.hardware.link.LinkHash;
import dev.iommufleet.hardware.link.Report;
import java.util.ArrayList;
import java.util.List;

/** What is under way: channel 2 i leads from the IOMMU to device i, channel 2 i + 1 back. */
final class Wires {
  private final List<Channel<Delivery>> toDevice = new ArrayList<>();
  private final List<Channel<Report>> toIommu = new ArrayList<>();

  Wires(int devices) {
    for (int i = 0; i < devices; i++) {
      toDevice.add(new Channel<>(2 * i));
      toIommu.add(new Channel<>(2 * i + 1));
    }
  }

  private Wires(Wires other) {
    other.toDevice.forEach(channel -> toDevice.add(channel.fork()));
    other.toIommu.forEach(channel -> toIommu.add(channel.fork()));
  }

  Wires fork() {
    return new Wires(this);
  }

  Channel<?> channel(int number) {
    return (number & 1) == 0 ? toDevice.get(number / 2) : toIommu.get(number / 2);
  }

  Channel<Delivery> toDevice(int device) {
    return toDevice.get(device);
  }

  Channel<Report> toIommu(int device) {
    return toIommu.get(device);
  }

  void send(int device, long epoch, boolean leaving, Delivery delivery) {
    toDevice.get(device).send(epoch, leaving, delivery, LinkHash.of(delivery));
  }

  void send(int device, long epoch, Report report) {
    toIommu.get(device).send(epoch, false, report, LinkHash.of(report));
  }

  long hash() {
    long hash = 0;
    for (int i = 0; i < toDevice.size(); i++) {
      hash += toDevice.get(i).hash() + toIommu.get(i).hash();
    }
    return hash;
  }
}
