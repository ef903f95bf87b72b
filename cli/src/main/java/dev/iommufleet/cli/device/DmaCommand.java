package dev.iommufleet.cli.device;

import static dev.iommufleet.cli.ExitCode.DONE;
import static dev.iommufleet.cli.ExitCode.FOUND;

import com.google.protobuf.ByteString;
import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.text.Converters;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.Numbers;
import dev.iommufleet.client.Devices;
import dev.iommufleet.protocol.api.v1.DmaMode;
import dev.iommufleet.protocol.api.v1.DmaOutcome;
import dev.iommufleet.protocol.api.v1.DmaResult;
import dev.iommufleet.protocol.api.v1.RunningDma;
import dev.iommufleet.protocol.api.v1.StartDmaRequest;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Begins DMAs, waits for them, shows those that run. */
@Command(
    name = "dma",
    header = "Read or write memory by DMA; without IOVA show the DMAs that run.",
    description = {
      "A read of --length bytes, or a write of --data. It is waited for, unless --wait-millis is"
          + " 0.",
      "Exit code 1: it did not begin, did not end well, or runs when the time is up."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet device dma d1 0x7000 --length 16 --pasid 3",
      "  iommu-fleet device dma d1 0x7000 --data 00112233 --mode sva --pasid 3",
      "  iommu-fleet device dma d1 0x7000 --wait-millis 0",
      "  iommu-fleet device dma d1 --await 5",
      "  iommu-fleet device dma d1 --json"
    })
final class DmaCommand extends OneDeviceCommand {

  /** How addresses are translated. */
  enum Mode {
    PLAIN,
    ATS,
    SVA
  }

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "IOVA",
      converter = Converters.Word.class,
      description = "Bytes, I/O virtual.")
  private Long iova;

  @Option(
      names = "--length",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Bytes to read, 1 to 4096. Default: 8.")
  private Integer length;

  @Option(names = "--data", paramLabel = "HEX", description = "Write these bytes, in memory order.")
  private String data;

  @Option(
      names = "--pasid",
      paramLabel = "N",
      converter = Converters.Pasid.class,
      description = "Without it requests carry no PASID, which is not PASID 0.")
  private Integer pasid;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      defaultValue = "PLAIN",
      description =
          "plain: translated on the way; ats: by the device; sva: by the device, and pages that"
              + " are missing are asked for. Default: plain.")
  private Mode mode;

  @Option(
      names = "--wait-millis",
      paramLabel = "N",
      defaultValue = "2000",
      converter = Converters.Count.class,
      description = "How long to wait for its end. Default: ${DEFAULT-VALUE}.")
  private int waitMillis;

  @Option(
      names = "--await",
      paramLabel = "DMA",
      converter = Converters.Word.class,
      description = "Instead: wait for the DMA of this number.")
  private Long awaited;

  @Override
  int run(Devices devices) {
    if (iova != null && awaited != null) {
      throw CommandException.usage("IOVA and --await exclude each other");
    }
    if (awaited != null) {
      return ended(awaited, devices.waitDma(id, awaited, waitMillis));
    }
    return iova == null ? show(devices) : start(devices);
  }

  private int start(Devices devices) {
    var started = devices.startDma(request());
    if (started.getErrno() != 0) {
      if (print.json()) {
        print.json(Json.object("id", id, "errno", started.getErrno()));
      } else {
        print.line("the DMA does not begin: %s", DevicePrinter.errno(started.getErrno()));
      }
      return FOUND;
    }
    var result =
        started.hasResult() ? Optional.of(started.getResult()) : Optional.<DmaResult>empty();
    return ended(started.getDma(), result);
  }

  private StartDmaRequest request() {
    if (data != null && length != null) {
      throw CommandException.usage("--data is a write and --length a read; one of them goes");
    }
    var request =
        StartDmaRequest.newBuilder()
            .setDeviceId(id)
            .setIova(iova)
            .setMode(DmaMode.valueOf("DMA_MODE_" + mode))
            .setWaitMillis(waitMillis);
    if (pasid != null) {
      request.setPasid(pasid);
    }
    if (data == null) {
      return request.setLength(length == null ? 8 : length).build();
    }
    try {
      return request.setData(ByteString.copyFrom(Numbers.bytes(data))).build();
    } catch (IllegalArgumentException e) {
      throw CommandException.usage("%s", e.getMessage());
    }
  }

  private int ended(long dma, Optional<DmaResult> result) {
    var outcome = result.map(it -> outcome(it.getOutcome())).orElse("runs");
    var read = result.map(it -> it.getData().toByteArray()).orElse(new byte[0]);
    if (print.json()) {
      print.json(
          Json.object(
              "id", id,
              "dma", dma,
              "outcome", outcome,
              "data", read.length == 0 ? null : Numbers.bytes(read)));
    } else {
      print.line(
          "DMA %d: %s%s", dma, outcome, read.length == 0 ? "" : ", read " + Numbers.bytes(read));
    }
    boolean good =
        result.map(it -> it.getOutcome() == DmaOutcome.DMA_OUTCOME_OK).orElse(waitMillis == 0);
    return good ? DONE : FOUND;
  }

  private static String outcome(DmaOutcome outcome) {
    return outcome == DmaOutcome.DMA_OUTCOME_UNSPECIFIED
        ? "not remembered"
        : DevicePrinter.dashed("DMA_OUTCOME_", outcome);
  }

  private int show(Devices devices) {
    var dmas = devices.get(id).getDmasList();
    if (print.json()) {
      print.json(Json.object("id", id, "dmas", dmas.stream().map(DmaCommand::json).toList()));
    } else {
      dmas.forEach(it -> print.line(text(it)));
      print.line("%d DMAs run", dmas.size());
    }
    return DONE;
  }

  static Map<String, Object> json(RunningDma it) {
    return Json.object(
        "dma", it.getDma(),
        "pasid", it.hasPasid() ? it.getPasid() : null,
        "iova", Numbers.hex(it.getIova()),
        "length", it.getLength(),
        "write", it.getWrite(),
        "done", it.getDone(),
        "waitsForGroup", it.hasGroupIndex() ? it.getGroupIndex() : null);
  }

  private static String text(RunningDma it) {
    return "DMA %d: %s %s, %d of %d bytes done, PASID %s%s"
        .formatted(
            it.getDma(),
            it.getWrite() ? "write" : "read",
            Numbers.hex(it.getIova()),
            it.getDone(),
            it.getLength(),
            DevicePrinter.pasid(it.hasPasid(), it.getPasid()),
            it.hasGroupIndex() ? ", waits for group " + it.getGroupIndex() : "");
  }
}
