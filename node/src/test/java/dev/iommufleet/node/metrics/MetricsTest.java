package dev.iommufleet.node.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.actors.EntityKind;
import dev.iommufleet.hardware.vtd.spec.DescriptorType;
import dev.iommufleet.protocol.api.v1.Operation.KindCase;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a node counts")
class MetricsTest {
  private final NodeMetrics metrics = new NodeMetrics();

  @Test
  @DisplayName("is told as OpenMetrics, in the field's terms")
  void openMetrics() {
    metrics.operations(KindCase.READ_REGISTER, 64);
    metrics.descriptors(DescriptorType.WAIT, 3);
    metrics.fault(0x51);
    metrics.faultLost();
    metrics.parked(1_500_000_000L);
    metrics.journaled(EntityKind.IOMMU, 181, 700_000);
    metrics.recovered(EntityKind.HOST_DEVICE, 30_000_000);
    metrics.refused("BUSY");
    metrics.shards(EntityKind.IOMMU, 34, 2);
    metrics.gauge("members", "Nodes", () -> 3);

    has("iommu_fleet_operations_total{kind=\"read_register\"} 64.0");
    has("iommu_fleet_operations_total{kind=\"translate\"} 0.0");
    has("iommu_fleet_descriptors_total{type=\"wait\"} 3.0");
    has("iommu_fleet_faults_total{reason=\"0x51\"} 1.0");
    has("iommu_fleet_faults_lost_total 1.0");
    has("iommu_fleet_queue_parked_seconds_total 1.5");
    has("iommu_fleet_journal_write_seconds_bucket{entity=\"iommu\",le=\"0.001\"} 1");
    has("iommu_fleet_journal_write_seconds_bucket{entity=\"iommu\",le=\"5.0E-4\"} 0");
    has("iommu_fleet_journal_bytes_total{entity=\"iommu\"} 181.0");
    has("iommu_fleet_recovery_seconds_count{entity=\"host_device\"} 1");
    has("iommu_fleet_refusals_total{code=\"BUSY\"} 1.0");
    has("iommu_fleet_shards_gained_total{entity=\"iommu\"} 34.0");
    has("iommu_fleet_members 3.0");
    assertTrue(text().endsWith("# EOF\n"));
  }

  @Test
  @DisplayName("knows an entity from when it comes into memory until it leaves")
  void entities() {
    var first = metrics.enter(EntityKind.IOMMU);
    metrics.enter(EntityKind.IOMMU);
    has("iommu_fleet_entities{entity=\"iommu\"} 2.0");
    has("iommu_fleet_entities{entity=\"host_device\"} 0.0");
    assertEquals(EntityKind.IOMMU, first.kind());
  }

  private String text() {
    return new String(metrics.scrape(), StandardCharsets.UTF_8);
  }

  private void has(String line) {
    assertTrue(text().lines().anyMatch(line::equals), () -> line + " is not in " + text());
  }
}
