package dev.iommufleet.hardware.device;

import static dev.iommufleet.hardware.device.ConfigRegister.ATS_CAPABILITY;
import static dev.iommufleet.hardware.device.ConfigRegister.ATS_CONTROL;
import static dev.iommufleet.hardware.device.ConfigRegister.COMMAND;
import static dev.iommufleet.hardware.device.ConfigRegister.DEVICE_CONTROL;
import static dev.iommufleet.hardware.device.ConfigRegister.PASID_CAPABILITY;
import static dev.iommufleet.hardware.device.ConfigRegister.PASID_CONTROL;
import static dev.iommufleet.hardware.device.ConfigRegister.PRI_ALLOCATION;
import static dev.iommufleet.hardware.device.ConfigRegister.PRI_CAPACITY;
import static dev.iommufleet.hardware.device.ConfigRegister.PRI_CONTROL;
import static dev.iommufleet.hardware.device.ConfigRegister.PRI_STATUS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.iommufleet.hardware.link.Command;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("configuration registers")
class ConfigRegisterTest {
  private final Rig rig = Rig.emulated();

  private void expect(ConfigRegister register, long value) {
    assertEquals(
        new DeviceReply.ConfigValue(value),
        rig.execute(new DeviceOperation.ReadConfig(register)),
        register.name());
  }

  @Test
  @DisplayName("after power-on nothing is enabled and page requests are stopped")
  void powerOn() {
    expect(COMMAND, 0);
    expect(ATS_CAPABILITY, 0x20);
    expect(ATS_CONTROL, 0);
    expect(PASID_CAPABILITY, 0x1406);
    expect(PASID_CONTROL, 0);
    expect(PRI_CONTROL, 0);
    expect(PRI_STATUS, 0x8100);
    expect(PRI_CAPACITY, 64);
    expect(PRI_ALLOCATION, 0);
  }

  @Test
  @DisplayName("only bits that exist can be written")
  void masks() {
    rig.write(COMMAND, 0xFFFF);
    rig.write(PASID_CONTROL, 0xFFFF);
    rig.write(ATS_CAPABILITY, 0);
    rig.write(PASID_CAPABILITY, 0);
    rig.write(PRI_CAPACITY, 1);
    rig.write(PRI_ALLOCATION, 0xFFFF_FFFFL);
    var wide = rig.execute(new DeviceOperation.WriteConfig(COMMAND, 0x1_0000));

    expect(COMMAND, 4);
    expect(PASID_CONTROL, 7);
    expect(ATS_CAPABILITY, 0x20);
    expect(PASID_CAPABILITY, 0x1406);
    expect(PRI_CAPACITY, 64);
    expect(PRI_ALLOCATION, 0xFFFF_FFFFL);
    assertInstanceOf(DeviceReply.Refused.class, wide);
  }

  @Test
  @DisplayName("ATS: the unit is fixed while it is on; the PASID control too")
  void ats() {
    rig.write(ATS_CONTROL, 0x8015);
    rig.write(ATS_CONTROL, 0x8003);
    rig.write(PASID_CONTROL, 1);

    expect(ATS_CONTROL, 0x8015);
    expect(PASID_CONTROL, 0);
    rig.write(ATS_CONTROL, 0x0003);
    expect(ATS_CONTROL, 0x0015);
    rig.write(PASID_CONTROL, 1);
    expect(PASID_CONTROL, 1);
  }

  @Test
  @DisplayName("page requests: enabling clears stopped, disabling sets it; reset clears errors")
  void pri() {
    rig.write(PRI_ALLOCATION, 8);
    rig.write(PRI_CONTROL, 1);
    expect(PRI_STATUS, 0x8000);
    rig.write(PRI_ALLOCATION, 9);
    expect(PRI_ALLOCATION, 8);
    rig.write(PRI_CONTROL, 3);
    expect(PRI_CONTROL, 1);
    rig.write(PRI_CONTROL, 0);
    expect(PRI_STATUS, 0x8100);
    expect(PRI_CONTROL, 0);
  }

  @Test
  @DisplayName("status bits 0 and 1 are cleared by writing 1, or by the reset bit while disabled")
  void status() {
    var ready = Rig.emulated().ready();
    ready.next(new Command.Respond(1, 5, 0));
    assertEquals(0x8002, ready.read(PRI_STATUS));
    ready.write(PRI_STATUS, 0x0001);
    assertEquals(0x8002, ready.read(PRI_STATUS));
    ready.write(PRI_STATUS, 0xFFFF);
    assertEquals(0x8000, ready.read(PRI_STATUS));
    ready.next(new Command.Respond(1, 5, 0));
    ready.write(PRI_CONTROL, 0);
    ready.write(PRI_CONTROL, 2);
    assertEquals(0x8100, ready.read(PRI_STATUS));
  }

  @Test
  @DisplayName("function-level reset disables everything; the attachment stays")
  void functionReset() {
    var ready = Rig.emulated().ready();

    ready.write(DEVICE_CONTROL, 0x8000);

    assertEquals(0, ready.read(COMMAND));
    assertEquals(0, ready.read(ATS_CONTROL));
    assertEquals(0, ready.read(PASID_CONTROL));
    assertEquals(0, ready.read(PRI_CONTROL));
    assertEquals(0, ready.read(PRI_ALLOCATION));
    assertEquals(0x8100, ready.read(PRI_STATUS));
    assertEquals(0, ready.read(DEVICE_CONTROL));
    assertEquals(AttachState.ATTACHED, ready.device.view().state());
  }

  @Test
  @DisplayName("what a function does not have reads 0 and stays so")
  void nothing() {
    var config =
        new DeviceConfig("d", DeviceConfig.Kind.EMULATED, DeviceConfig.PciCapabilities.NONE, null);
    var device = new HostDevice(config);

    for (ConfigRegister register : ConfigRegister.values()) {
      if (register != COMMAND) {
        device.execute(new DeviceOperation.WriteConfig(register, register.mask()), _ -> {});
        assertEquals(0, device.view().config(register), register.name());
      }
    }
  }
}
