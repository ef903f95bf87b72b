package dev.iommufleet.cli.iommu;

import dev.iommufleet.cli.FleetCommand;
import picocli.CommandLine.Parameters;

/** A command about one IOMMU. */
abstract class OneIommuCommand extends FleetCommand {
  @Parameters(index = "0", paramLabel = "ID", description = "Id of the IOMMU.")
  String id;
}
