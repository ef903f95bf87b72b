package dev.iommufleet.hardware.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A device that leaves")
class DeviceLeavingTest {
  private static final int SID = 0x10;
  private static final long EPOCH = 7;

  @Test
  @DisplayName("has left when it says so, though answers before that were lost")
  void answersLost() {
    var iommu = new Iommu(IommuConfig.of(Profile.ARCHITECTURE, Capabilities.LEGACY));
    iommu.execute(new Operation.AttachDevice(SID, EPOCH, null), FactSink.NONE);
    var page = new Operation.RequestPage(SID, 5, false, false, 0x7000, true, 0, true, false);
    iommu.execute(new Operation.DevicePageRequest(SID, EPOCH, 1, page), FactSink.NONE);
    iommu.execute(new Operation.DetachDevice(SID, EPOCH), FactSink.NONE);
    var ids = iommu.view().unanswered(SID).stream().map(it -> it.id()).toList();
    iommu.dropSoftState();

    iommu.execute(new Operation.AnswerCommand(SID, EPOCH, 2, 0), FactSink.NONE);

    assertEquals(List.of(1L, 2L), ids);
    assertEquals(List.of(), iommu.view().devices());
  }
}
