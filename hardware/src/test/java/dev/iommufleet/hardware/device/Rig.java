package dev.iommufleet.hardware.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.iommufleet.hardware.device.DeviceConfig.Kind;
import dev.iommufleet.hardware.device.DeviceConfig.PciCapabilities;
import dev.iommufleet.hardware.device.DeviceOperation.Mode;
import dev.iommufleet.hardware.device.DeviceReply.Receipt;
import dev.iommufleet.hardware.device.DeviceReply.Received;
import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.link.Report;
import java.util.ArrayList;
import java.util.List;

/** A device with a hand on its link; notes what happens. */
final class Rig {
  static final PciCapabilities PCI = new PciCapabilities(true, 20, true, true, 64, true);
  static final int NO_PASID = Report.NO_PASID;

  final HostDevice device;
  final List<DeviceFact> facts = new ArrayList<>();
  private int taken;
  private long lastId;
  private long lastNumbered;

  private Rig(DeviceConfig config) {
    device = new HostDevice(config);
  }

  static Rig emulated() {
    return new Rig(new DeviceConfig("d", Kind.EMULATED, PCI, null));
  }

  static Rig passthrough() {
    return passthrough(0);
  }

  /** At a host that takes page requests. */
  static Rig passthrough(int siblings) {
    var host = HostFixture.host(HostFixture.FAULTING, 8);
    return new Rig(new DeviceConfig("d", Kind.PASSTHROUGH, PCI, host, siblings));
  }

  /** Attached under epoch 1, with everything enabled. */
  Rig ready() {
    attach();
    write(ConfigRegister.COMMAND, 4);
    write(ConfigRegister.PASID_CONTROL, 1);
    write(ConfigRegister.ATS_CONTROL, 0x8000);
    write(ConfigRegister.PRI_ALLOCATION, 64);
    write(ConfigRegister.PRI_CONTROL, 1);
    news();
    return this;
  }

  void attach() {
    execute(new DeviceOperation.Attach("iommu", 0x10));
    execute(new DeviceOperation.AttachAnswered(epoch(), true));
    lastId = lastNumbered = 0;
  }

  long epoch() {
    return device.view().epoch();
  }

  DeviceReply execute(DeviceOperation operation) {
    return device.execute(operation, facts::add);
  }

  void write(ConfigRegister register, long value) {
    assertEquals(new DeviceReply.Done(), execute(new DeviceOperation.WriteConfig(register, value)));
  }

  long read(ConfigRegister register) {
    return device.view().config(register);
  }

  // ---- commands -----------------------------------------------------------------------------

  Received receive(long epoch, long id, long previous, Command command) {
    return (Received) execute(new DeviceOperation.Receive(epoch, id, previous, command));
  }

  /** The next command of this attachment. */
  Received next(Command command) {
    long previous = lastNumbered;
    lastId++;
    if (command instanceof Command.Numbered) {
      lastNumbered = lastId;
    }
    return receive(epoch(), lastId, previous, command);
  }

  /** The last command once more. */
  Received again(Command command) {
    boolean numbered = command instanceof Command.Numbered;
    return receive(epoch(), lastId, numbered ? 0 : lastNumbered, command);
  }

  long lastId() {
    return lastId;
  }

  static Received done(long id, int errno) {
    return new Received(Receipt.DONE, new Report.Answered(id, errno));
  }

  static Received completed(long id, int itag) {
    return new Received(Receipt.DONE, new Report.InvalidationCompleted(id, 1 << itag));
  }

  static Received receipt(Receipt receipt) {
    return new Received(receipt, null);
  }

  static Command.Bind bind(int pasid, long[] entry) {
    return new Command.Bind(pasid, entry, true, true);
  }

  /** The guest takes page requests. */
  static Command.Bind bindFaulting(int pasid, long[] entry) {
    return new Command.Bind(pasid, entry, true, true, true);
  }

  static Command.Flush flush(int pasid) {
    return new Command.Flush(pasid, 0, Command.ALL_PAGES, false);
  }

  // ---- DMA and page requests ----------------------------------------------------------------

  DeviceReply dma(int pasid, long iova, int length, byte[] data, Mode mode) {
    return execute(new DeviceOperation.StartDma(pasid, iova, length, data, mode));
  }

  /** A page of 4 KiB, under the generation of the last command. */
  void translated(long ask, long address, int permissions) {
    execute(new DeviceOperation.Translated(epoch(), ask, lastId, address, 0xFFF, permissions));
  }

  void accessed(long ask, byte... data) {
    execute(new DeviceOperation.Accessed(epoch(), ask, true, data));
  }

  DeviceReply.PageRequested requestPage(int pasid, long address, boolean last) {
    return (DeviceReply.PageRequested)
        execute(new DeviceOperation.RequestPage(pasid, address, true, false, false, false, last));
  }

  // ---- what happened ------------------------------------------------------------------------

  /** Facts since the last time. */
  List<DeviceFact> news() {
    var news = List.copyOf(facts.subList(taken, facts.size()));
    taken = facts.size();
    return news;
  }

  /** Reports since the last time. */
  List<Report> reports() {
    return news().stream()
        .filter(DeviceFact.Reported.class::isInstance)
        .map(fact -> ((DeviceFact.Reported) fact).report())
        .toList();
  }

  /** Those facts since the last time that are of a kind. */
  <T extends DeviceFact> List<T> news(Class<T> kind) {
    return news().stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
