package dev.iommufleet.load.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.link.HostInfo;
import dev.iommufleet.hardware.vtd.Capabilities;
import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.IommuView.BoundPasid;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Profile;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("devices that are attached elsewhere")
class AttachedDevicesTest {
  private static final int DISK = 0x0018;
  private static final int CARD = 0x0020;
  private static final long[] ENTRY = {1, 2, 3, 4, 5, 6, 7, 8};
  private static final HostInfo HOST =
      new HostInfo(HostInfo.Provider.IOMMUFD, 48, 1, 0, 0, 0, false);
  private static final Operation TAIL_WRITE = new Operation.WriteRegister(0x88, 8, 0x20);

  private final AttachedDevices devices =
      new AttachedDevices(IommuConfig.of(Profile.QEMU_11_1, Capabilities.LEGACY));

  private void attach(int sourceId) {
    devices.accept(new Fact.DeviceAttached(sourceId, 0, HOST));
  }

  private void post(int sourceId, long id, Command command) {
    devices.accept(new Fact.CommandPosted(sourceId, id, id - 1, command));
  }

  private static Command bind(int pasid) {
    return new Command.Bind(pasid, ENTRY, true, false);
  }

  private static Operation.AnswerCommand answer(int sourceId, long id) {
    return new Operation.AnswerCommand(sourceId, 0, id, 0);
  }

  @Test
  @DisplayName(
      "are told by register writes, never by stores and reads, and only while there are any")
  void mayBeTold() {
    assertFalse(devices.mayBeToldBy(TAIL_WRITE));
    assertTrue(devices.mayBeToldBy(new Operation.AttachDevice(DISK, 0, HOST)));

    attach(DISK);

    assertTrue(devices.mayBeToldBy(TAIL_WRITE));
    assertTrue(devices.mayBeToldBy(new Operation.Reset()));
    assertFalse(devices.mayBeToldBy(new Operation.WriteMemory(0x1000, new byte[] {1})));
    assertFalse(devices.mayBeToldBy(new Operation.ReadRegister(0x80, 8)));

    devices.accept(new Fact.DeviceDetached(DISK));

    assertFalse(devices.mayBeToldBy(TAIL_WRITE));
  }

  @Test
  @DisplayName("have the bindings that they were told of, newest first")
  void bindings() {
    attach(DISK);
    post(DISK, 1, bind(5));
    post(DISK, 2, bind(3));

    assertEquals(List.of(3, 5), devices.bindings(DISK).stream().map(BoundPasid::pasid).toList());

    post(DISK, 3, new Command.Unbind(5, true));
    devices.accept(new Fact.CommandsEnded(DISK, 3));

    assertEquals(List.of(3), devices.bindings(DISK).stream().map(BoundPasid::pasid).toList());
    assertEquals(List.of(), devices.bindings(CARD));
  }

  @Test
  @DisplayName("repeat the answers that no fact has ended, in their order")
  void answersToRepeat() {
    attach(DISK);
    attach(CARD);
    post(DISK, 1, bind(5));
    post(CARD, 1, bind(6));
    post(DISK, 2, bind(7));
    devices.answered(answer(DISK, 1));
    devices.answered(answer(CARD, 1));
    devices.answered(answer(DISK, 2));

    assertEquals(
        List.of(answer(DISK, 1), answer(CARD, 1), answer(DISK, 2)), devices.answersToRepeat());

    devices.accept(new Fact.CommandsEnded(DISK, 1));
    devices.accept(new Fact.CommandFailed(CARD, 1, -22, true));

    assertEquals(List.of(answer(DISK, 2)), devices.answersToRepeat());
  }

  @Test
  @DisplayName("answer nothing for an attachment that is over")
  void detached() {
    attach(DISK);
    post(DISK, 1, bind(5));
    devices.answered(answer(DISK, 1));

    devices.accept(new Fact.DeviceDetached(DISK));
    attach(DISK);
    post(DISK, 1, bind(9));

    assertEquals(List.of(), devices.answersToRepeat());
  }

  @Test
  @DisplayName("leave without notice when the IOMMU is to be deleted")
  void departures() {
    attach(CARD);
    attach(DISK);
    attach(0x0028);
    devices.accept(new Fact.DeviceDetached(0x0028));

    assertEquals(
        List.of(new Operation.DeviceLost(DISK, 0), new Operation.DeviceLost(CARD, 0)),
        devices.departures());
  }
}
