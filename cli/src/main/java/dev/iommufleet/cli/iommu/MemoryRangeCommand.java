package dev.iommufleet.cli.iommu;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.text.Converters;
import dev.iommufleet.cli.text.OperationText;
import dev.iommufleet.client.FleetClient;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Says how a range of guest memory answers. */
@Command(
    name = "range",
    header = "Make a range of guest-physical addresses ram, read-only or unreadable.",
    footerHeading = "%nExample:%n",
    footer = "  iommu-fleet iommu memory range guest-1 0x2000 0x1000 unreadable")
final class MemoryRangeCommand extends OneIommuCommand {
  @Parameters(
      index = "1",
      paramLabel = "ADDRESS",
      converter = Converters.Word.class,
      description = "Bytes, guest-physical.")
  private long address;

  @Parameters(
      index = "2",
      paramLabel = "LENGTH",
      converter = Converters.Word.class,
      description = "Bytes; 0 means all 2^64.")
  private long length;

  @Parameters(index = "3", paramLabel = "KIND", description = "ram, read-only or unreadable.")
  private String kind;

  @Override
  protected int run(FleetClient client) {
    try {
      var text =
          "set-memory-range address=%s length=%s memory-kind=%s"
              .formatted(Long.toUnsignedString(address), Long.toUnsignedString(length), kind);
      return Executed.run(client, print, id, List.of(OperationText.parse(text)));
    } catch (IllegalArgumentException e) {
      throw CommandException.usage("%s", e.getMessage());
    }
  }
}
