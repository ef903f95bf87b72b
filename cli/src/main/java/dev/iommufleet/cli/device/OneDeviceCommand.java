package dev.iommufleet.cli.device;

import dev.iommufleet.cli.FleetCommand;
import dev.iommufleet.client.Devices;
import dev.iommufleet.client.FleetClient;
import picocli.CommandLine.Parameters;

/** A command about one host device. */
abstract class OneDeviceCommand extends FleetCommand {
  @Parameters(index = "0", paramLabel = "ID", description = "Id of the device.")
  String id;

  @Override
  protected final int run(FleetClient client) {
    return run(client.devices());
  }

  /** Returns the exit code. */
  abstract int run(Devices devices);
}
