package dev.iommufleet.load.guest;

import dev.iommufleet.hardware.vtd.IommuConfig;
import dev.iommufleet.hardware.vtd.Operation;
import java.util.List;

/**
 * The operations of a capture, each with all that its devices answered.
 *
 * @param name of the capture
 */
public record Recording(String name, IommuConfig config, List<Operation> operations) {
  public Recording {
    operations = List.copyOf(operations);
  }
}
