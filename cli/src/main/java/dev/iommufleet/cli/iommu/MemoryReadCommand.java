package dev.iommufleet.cli.iommu;

import static dev.iommufleet.cli.ExitCode.DONE;
import static dev.iommufleet.cli.ExitCode.FOUND;

import dev.iommufleet.cli.text.Converters;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.Numbers;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.protocol.api.v1.BusStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads guest memory. */
@Command(
    name = "read",
    header = "Read guest memory. Bytes never written read as zero.",
    description = "Exit code 1: the range does not answer.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet iommu memory read guest-1 0x1000 64",
      "  iommu-fleet iommu memory read guest-1 0x1000 4096 --out page.bin"
    })
final class MemoryReadCommand extends OneIommuCommand {
  private static final int LINE_BYTES = 16;

  @Parameters(
      index = "1",
      paramLabel = "ADDRESS",
      converter = Converters.Word.class,
      description = "Bytes, guest-physical.")
  private long address;

  @Parameters(
      index = "2",
      paramLabel = "LENGTH",
      converter = Converters.Count.class,
      defaultValue = "64",
      description = "Bytes, 0 to 65,536. Default: ${DEFAULT-VALUE}.")
  private int length;

  @Option(names = "--out", paramLabel = "FILE", description = "Write the raw bytes there.")
  private Path file;

  @Override
  protected int run(FleetClient client) {
    var answer = client.readMemory(id, address, length);
    boolean ok = answer.getStatus() == BusStatus.BUS_STATUS_OK;
    var bytes = answer.getData().toByteArray();
    if (file != null && ok) {
      save(bytes);
    }
    if (print.json()) {
      print.json(
          Json.object(
              "address", Numbers.hex(address),
              "status", Statuses.text(answer.getStatus()),
              "data", ok ? Numbers.bytes(bytes) : null,
              "sequenceNumber", answer.getSequenceNumber()));
    } else if (!ok) {
      print.line("%s: %s", Numbers.hex(address), Statuses.text(answer.getStatus()));
    } else if (file == null) {
      dump(bytes);
    }
    return ok ? DONE : FOUND;
  }

  private void save(byte[] bytes) {
    try {
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void dump(byte[] bytes) {
    for (int at = 0; at < bytes.length; at += LINE_BYTES) {
      var line = Arrays.copyOfRange(bytes, at, Math.min(at + LINE_BYTES, bytes.length));
      var hex = new StringBuilder();
      var text = new StringBuilder();
      for (byte it : line) {
        hex.append("%02x ".formatted(it & 0xFF));
        text.append(it >= 0x20 && it < 0x7F ? (char) it : '.');
      }
      print.out().println("%s  %-48s %s".formatted(Numbers.hex(address + at, 8), hex, text));
    }
    print.out().flush();
  }
}
