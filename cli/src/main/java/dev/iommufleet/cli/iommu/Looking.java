package dev.iommufleet.cli.iommu;

import dev.iommufleet.cli.tables.Bounds;
import dev.iommufleet.cli.tables.GuestTables;
import dev.iommufleet.cli.tables.MemoryReader;
import dev.iommufleet.cli.tables.QueueView;
import dev.iommufleet.cli.text.RegisterPage;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Latch;
import dev.iommufleet.persistence.mapping.Configs;
import dev.iommufleet.protocol.api.v1.BusStatus;
import dev.iommufleet.protocol.api.v1.Iommu;
import java.util.Optional;

/** An IOMMU of a node as the decoders of tables and queues want it. */
record Looking(FleetClient client, Iommu iommu, IommuConfig config, RegisterPage registers) {

  static Looking at(FleetClient client, String id) {
    var iommu = client.get(id);
    var registers = RegisterPage.of(client.registers(id));
    return new Looking(client, iommu, Configs.read(iommu.getConfig()), registers);
  }

  /** Reads over the API; what was read once is not asked for again. */
  MemoryReader memory() {
    MemoryReader reader =
        (address, length) -> {
          var answer = client.readMemory(iommu.getId(), address, length);
          return answer.getStatus() == BusStatus.BUS_STATUS_OK
              ? Optional.of(answer.getData().toByteArray())
              : Optional.empty();
        };
    return reader.cached();
  }

  GuestTables tables(Bounds bounds) {
    var root =
        new GuestTables.Root(
            registers.latch(Latch.ROOT_TABLE), registers.latch(Latch.SCALABLE_MODE) != 0);
    return new GuestTables(memory(), root, bounds);
  }

  QueueView queue() {
    return new QueueView(registers, config, memory());
  }
}
