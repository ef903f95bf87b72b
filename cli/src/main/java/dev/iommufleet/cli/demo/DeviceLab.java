package dev.iommufleet.cli.demo;

import dev.iommufleet.cli.Printer;
import dev.iommufleet.client.Devices;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.client.RetryPolicy;
import dev.iommufleet.load.bench.DeviceGuest;
import dev.iommufleet.load.bench.DeviceSpeed;
import dev.iommufleet.load.remote.WireCodec;
import dev.iommufleet.protocol.api.v1.HostDeviceKind;
import java.time.Duration;

/**
 * A guest with two passthrough devices and one that takes page faults, at work while the node dies:
 * PASIDs are bound and unbound, pages asked for and mapped, and a device is unplugged and plugged
 * in again by somebody else all the time.
 */
final class DeviceLab {
  private static final String IOMMU = "devices";
  private static final int FIRST = 0;
  private static final int SECOND = 1;
  private static final int FAULTING = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final FleetClient client;
  private final DeviceGuest guest;
  private volatile boolean stopping;
  private volatile RuntimeException failure;
  private String wrong;
  private int bound;
  private int groups;
  private int unplugged;
  private Thread software;
  private Thread hands;

  private DeviceLab(FleetClient client, DeviceGuest guest) {
    this.client = client;
    this.guest = guest;
  }

  /** Creates IOMMU and devices on the node, and lets guest and hot-plug run. */
  static DeviceLab start(String target, WireCodec codec) {
    var client = FleetClient.connect(target, RetryPolicy.DEFAULT.withGiveUpAfter(PATIENCE));
    client.create(IOMMU, codec.spec(DeviceGuest.CONFIG));
    var guest = new DeviceGuest(client.session(IOMMU), codec);
    guest.boot(3);
    Devices devices = client.devices();
    DeviceSpeed.plug(
        devices, name(FIRST), IOMMU, FIRST, HostDeviceKind.HOST_DEVICE_KIND_PASSTHROUGH);
    DeviceSpeed.plug(
        devices, name(SECOND), IOMMU, SECOND, HostDeviceKind.HOST_DEVICE_KIND_PASSTHROUGH);
    DeviceSpeed.plug(
        devices, name(FAULTING), IOMMU, FAULTING, HostDeviceKind.HOST_DEVICE_KIND_EMULATED);
    guest.bind(FAULTING);
    var lab = new DeviceLab(client, guest);
    lab.software = Thread.ofVirtual().start(() -> lab.run(lab::software));
    lab.hands = Thread.ofVirtual().start(() -> lab.run(lab::hotPlug));
    return lab;
  }

  static String name(int function) {
    return IOMMU + "-d" + function;
  }

  private void run(Runnable work) {
    try {
      while (!stopping && failure == null) {
        work.run();
      }
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  private void software() {
    guest.bind(FIRST);
    guest.flush();
    bound++;
    if (groups > 0 && groups % DeviceGuest.PAGES == 0) {
      guest.unmapAll(FAULTING);
    }
    DeviceSpeed.fault(client, guest, name(FAULTING), groups++ % DeviceGuest.PAGES);
    guest.unbind(FIRST);
  }

  private void hotPlug() {
    client.devices().detach(name(SECOND));
    client.devices().attach(name(SECOND), IOMMU, DeviceGuest.sourceId(SECOND));
    unplugged++;
  }

  /** Everybody ends what he is at. */
  void stop() throws InterruptedException {
    stopping = true;
    software.join();
    hands.join();
  }

  /** Whether both ends of every link say the same, once all is quiet. */
  boolean agree() {
    try {
      wrong = failure != null ? failure.toString() : judge();
    } catch (RuntimeException e) {
      wrong = e.toString();
    }
    client.close();
    return wrong == null;
  }

  void print(Printer print) {
    print.line("");
    print.line(
        "Devices through the same kill: %,d times bound, flushed and unbound, %,d page-request"
            + " groups answered, %,d times unplugged and plugged in again.",
        bound, groups, unplugged);
    print.line(
        "  %s", wrong == null ? "IOMMU and devices agree, nothing is owed." : "WRONG: " + wrong);
  }

  private String judge() {
    guest.bind(FIRST);
    guest.bind(SECOND);
    int attached = client.get(IOMMU).getAttachedDevices();
    if (attached != 3) {
      return "%d devices are attached, not 3".formatted(attached);
    }
    for (int function : new int[] {FIRST, SECOND}) {
      int bindings = client.devices().get(name(function)).getBindings();
      if (bindings != 1) {
        return "%s has %d PASIDs bound, not 1".formatted(name(function), bindings);
      }
    }
    return null;
  }
}
