package dev.iommufleet.cli.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.iommufleet.hardware.vtd.Capabilities;
import dev.iommufleet.hardware.vtd.FactSink;
import dev.iommufleet.hardware.vtd.Iommu;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Profile;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Attached devices in a journal's state")
class DevicesViewTest {

  @Test
  @DisplayName("are shown with what they have not answered")
  void leaving() {
    var iommu = new Iommu(IommuConfig.of(Profile.ARCHITECTURE, Capabilities.LEGACY));
    iommu.execute(new Operation.AttachDevice(0x10, 7, null), FactSink.NONE);
    iommu.execute(new Operation.AttachDevice(0x18, 8, null), FactSink.NONE);
    iommu.execute(new Operation.DetachDevice(0x10, 7), FactSink.NONE);

    var devices = new DevicesView(iommu.view());

    var text = devices.text();
    assertEquals(3, text.size());
    assertEquals(
        List.of("source-id=00:02.0", "epoch=0x7", "detaching=true"), words(text.getFirst()));
    assertEquals("  owes posted-command id=1 previous=0 command={detach}", text.get(1));
    assertEquals(
        List.of("source-id=00:03.0", "epoch=0x8", "detaching=false"), words(text.getLast()));
    assertEquals("00:02.0", devices.json().getFirst().get("sourceId"));
    assertEquals(1, ((List<?>) devices.json().getFirst().get("unanswered")).size());
  }

  /** The first ones that a later version may add to. */
  private static List<String> words(String line) {
    return List.of(line.split(" ")).subList(1, 4);
  }
}
