package dev.iommufleet.hardware.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.iommufleet.hardware.link.Command;
import dev.iommufleet.hardware.link.HostInfo;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The description of a unit that a device is leaving")
class DetachingDescriptionTest {
  private static final Capabilities CAPABILITIES =
      new Capabilities(48, true, true, true, false, 8, true, false, true, true, true, true, false);
  private static final HostInfo HOST =
      new HostInfo(HostInfo.Provider.IOMMUFD, 48, HostInfo.INTEL_VTD, 1L << 56, 7L << 35, 8, false);

  private final IommuConfig config = IommuConfig.of(Profile.ARCHITECTURE, CAPABILITIES);
  private final Iommu iommu = new Iommu(config);

  private void memory(long address, long... words) {
    for (int i = 0; i < words.length; i++) {
      byte[] bytes = LittleEndian.bytes(new long[] {words[i]});
      execute(new Operation.WriteMemory(address + 8L * i, bytes));
    }
  }

  private void execute(Operation operation) {
    iommu.execute(operation, _ -> {});
  }

  @Test
  @DisplayName("has what the device was told and has not answered, and no binding")
  void unansweredBinding() {
    memory(0x1000, 0x2001);
    memory(0x2200, 0x3009);
    memory(0x3000, 0x4001);
    memory(0x4000, 0x49, 1, 0x5000);
    execute(new Operation.WriteRegister(0x20, 8, 0x1400));
    execute(new Operation.WriteRegister(0x18, 4, 0x4000_0000));
    execute(new Operation.WriteRegister(0x18, 4, 0x8000_0000L));
    execute(new Operation.AttachDevice(0x10, 1, HOST));
    execute(new Operation.DetachDevice(0x10, 1));

    var described = new Iommu(config);
    iommu.describe(described::apply);

    assertEquals(iommu.stateHash(), described.stateHash());
    assertEquals(List.of(), described.view().bindings(0x10));
    var kinds =
        described.view().unanswered(0x10).stream()
            .map(posted -> posted.command() instanceof Command.Bind ? "bind" : "detach")
            .toList();
    assertEquals(List.of("bind", "detach"), kinds);
  }
}
