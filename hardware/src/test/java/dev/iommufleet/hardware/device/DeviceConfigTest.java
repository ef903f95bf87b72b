package dev.iommufleet.hardware.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.iommufleet.hardware.device.DeviceConfig.Kind;
import dev.iommufleet.hardware.device.DeviceConfig.PciCapabilities;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("configurations of devices that contradict themselves")
class DeviceConfigTest {

  @Test
  @DisplayName("are told what is wrong")
  void conflicts() {
    var pci = new PciCapabilities(false, 21, false, false, 4_097, false);
    var wide = HostFixture.host(HostFixture.ECAP, 21);

    assertEquals(
        List.of(
            "name 'a b'; 1 to 64 of A-Z a-z 0-9 . _ - are possible",
            "a passed-through device has a host, an emulated one has none",
            "host PASID width 21; 0 to 20 are possible",
            "PASID width 21; 0 to 20 are possible",
            "outstanding page requests 4097; 0 to 4096 are possible",
            "page requests need ATS"),
        new DeviceConfig("a b", Kind.EMULATED, pci, wide).conflicts());
  }

  @Test
  @DisplayName("are not built")
  void notBuilt() {
    var config = new DeviceConfig("d", Kind.PASSTHROUGH, PciCapabilities.NONE, null);

    assertThrows(IllegalArgumentException.class, () -> new HostDevice(config));
  }
}
