package dev.iommufleet.hardware.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.hardware.memory.MemoryKind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Requests are refused before they run")
class AdmissionTest {
  private final Iommu iommu = new Iommu(IommuConfig.of(Profile.ARCHITECTURE, Capabilities.LEGACY));

  @Test
  @DisplayName("when their memory ranges together are too many")
  void rangesTogether() {
    var operations = new ArrayList<Operation>();
    for (long i = 0; i < 4_096; i++) {
      var kind = i % 2 == 0 ? MemoryKind.UNREADABLE : MemoryKind.READ_ONLY;
      operations.add(new Operation.SetMemoryRange(i * 0x2000, 0x1000, kind));
    }

    assertTrue(iommu.refusal(operations.subList(0, 2_000)).isEmpty());
    assertEquals(Refusal.Code.BAD_ARGUMENT, iommu.refusal(operations).orElseThrow().code());
  }

  @Test
  @DisplayName("when a register lies so far out that its end overflows")
  void registerOverflow() {
    var read = new Operation.ReadRegister(0x7FFF_FFFF, 8);

    assertEquals(Refusal.Code.BAD_ARGUMENT, iommu.refusal(List.of(read)).orElseThrow().code());
  }

  @Test
  @DisplayName("when a device's page request names another function")
  void otherFunction() {
    var request = new Operation.RequestPage(0x18, 1, false, false, 0x1000, true, 0, true, false);
    var report = new Operation.DevicePageRequest(0x10, 1, 1, request);

    var refusal = iommu.refusal(List.of(report)).orElseThrow();

    assertEquals(Refusal.Code.BAD_ARGUMENT, refusal.code());
    assertEquals(
        "operation 0: page request of source id 0x18 from the device at 0x10", refusal.message());
  }
}
