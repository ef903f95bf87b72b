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

  private final Used used;
  private final boolean overtakes;

  /** {@code overtakes}: messages tell what was sent before the sender's crash. */
  Wires(int devices, Used used, boolean overtakes) {
    this.used = used;
    this.overtakes = overtakes;
    for (int i = 0; i < devices; i++) {
      toDevice.add(new Channel<>(2 * i));
      toIommu.add(new Channel<>(2 * i + 1));
    }
  }

  private Wires(Wires other, Used used) {
    this.used = used;
    overtakes = other.overtakes;
    other.toDevice.forEach(channel -> toDevice.add(channel.fork()));
    other.toIommu.forEach(channel -> toIommu.add(channel.fork()));
  }

  Wires fork(Used itsUsed) {
    return new Wires(this, itsUsed);
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
    var about = new Channel.About(epoch, leaving, incarnation(0));
    toDevice.get(device).send(about, delivery, LinkHash.of(delivery));
  }

  void send(int device, long epoch, Report report) {
    var about = new Channel.About(epoch, false, incarnation(device + 1));
    toIommu.get(device).send(about, report, LinkHash.of(report));
  }

  private int incarnation(int actor) {
    return overtakes ? used.crashes[actor] : 0;
  }

  long hash() {
    long hash = 0;
    for (int i = 0; i < toDevice.size(); i++) {
      hash += toDevice.get(i).hash() + toIommu.get(i).hash();
    }
    return hash;
  }
}
