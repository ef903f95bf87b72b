package dev.iommufleet.cli.iommu;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.InputFile;
import dev.iommufleet.cli.text.Converters;
import dev.iommufleet.cli.text.Numbers;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.persistence.mapping.Operations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes guest memory. */
@Command(
    name = "write",
    header = "Write guest memory as the guest's processor does.",
    description = "Exit code 1: the range does not take it.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet iommu memory write guest-1 0x1000 0123456789abcdef",
      "  iommu-fleet iommu memory write guest-1 0x1000 --words 0x2003 0x102",
      "  iommu-fleet iommu memory write guest-1 0x1000 --file table.bin"
    })
final class MemoryWriteCommand extends OneIommuCommand {
  /** More is not even read; the node's own limit is lower. */
  private static final int FILE_MOST = 1 << 20;

  @Parameters(
      index = "1",
      paramLabel = "ADDRESS",
      converter = Converters.Word.class,
      description = "Bytes, guest-physical.")
  private long address;

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "HEX",
      description = "Bytes in the order in which they lie in memory.")
  private String hex;

  @Option(
      names = "--words",
      arity = "1..*",
      paramLabel = "WORD",
      converter = Converters.Word.class,
      description = "Instead of HEX: 64-bit little-endian words.")
  private List<Long> words;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "Instead of HEX: the raw bytes of a file.")
  private Path file;

  @Override
  protected int run(FleetClient client) {
    var write = Operations.write(new Operation.WriteMemory(address, bytes()));
    return Executed.run(client, print, id, List.of(write));
  }

  private byte[] bytes() {
    long given = Stream.of(hex, words, file).filter(Objects::nonNull).count();
    if (given != 1) {
      throw CommandException.usage(
          "the bytes are given as HEX, with --words, or with --file; one of them is needed");
    }
    if (file != null) {
      return InputFile.bytes(file, FILE_MOST);
    }
    if (words != null) {
      var buffer = ByteBuffer.allocate(8 * words.size()).order(ByteOrder.LITTLE_ENDIAN);
      words.forEach(buffer::putLong);
      return buffer.array();
    }
    try {
      return Numbers.bytes(hex);
    } catch (IllegalArgumentException e) {
      throw CommandException.usage("%s", e.getMessage());
    }
  }
}
