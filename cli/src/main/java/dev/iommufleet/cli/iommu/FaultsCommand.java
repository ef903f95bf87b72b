package dev.iommufleet.cli.iommu;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.Numbers;
import dev.iommufleet.cli.text.RecordView;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.hardware.vtd.spec.FaultReason;
import dev.iommufleet.hardware.vtd.spec.FaultRecord;
import dev.iommufleet.hardware.vtd.spec.Register;
import dev.iommufleet.hardware.vtd.spec.RegisterMap;
import dev.iommufleet.hardware.vtd.spec.SourceId;
import java.util.ArrayList;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** Shows fault records. */
@Command(
    name = "faults",
    header = "Show the fault records that software has not cleared, and the fault status.",
    footerHeading = "%nExample:%n",
    footer = "  iommu-fleet iommu faults guest-1 --json")
final class FaultsCommand extends OneIommuCommand {

  @Override
  protected int run(FleetClient client) {
    var response = client.faults(id);
    long status = Integer.toUnsignedLong(response.getFaultStatus());
    var faults = new ArrayList<Map<String, Object>>();
    for (var record : response.getFaultsList()) {
      var fault = RecordView.fields(FaultRecord.decode(record.getLow(), record.getHigh()));
      fault.remove("kind");
      fault.put("index", record.getIndex());
      fault.put(
          "text", text(FaultRecord.decode(record.getLow(), record.getHigh()), record.getIndex()));
      faults.add(fault);
    }
    if (print.json()) {
      print.json(
          Json.object(
              "id",
              id,
              "faults",
              faults,
              "faultStatus",
              Numbers.hex(status, 4),
              "sequenceNumber",
              response.getSequenceNumber()));
      return DONE;
    }
    print.line("FSTS %s %s", Numbers.hex(status, 4), set(status));
    faults.forEach(fault -> print.out().println(fault.get("text")));
    print.line("%d pending fault records", faults.size());
    return DONE;
  }

  private static String set(long status) {
    Register fsts = RegisterMap.named("FSTS").orElseThrow();
    return fsts.decode(status).stream()
        .filter(it -> it.value() != 0 && it.field().width() == 1)
        .map(it -> it.field().name() + " (" + it.field().meaning() + ")")
        .collect(Collectors.joining(", "));
  }

  private static String text(FaultRecord it, int index) {
    boolean interrupt =
        FaultReason.of(it.reason())
            .filter(r -> r.family() == FaultReason.Family.INTERRUPT)
            .isPresent();
    return "#%d %s %s %s%s: %s"
        .formatted(
            index,
            SourceId.format(it.sourceId()),
            interrupt ? "interrupt" : it.read() ? "read" : "write",
            interrupt
                ? "index " + (it.information() >>> 48)
                : "page " + Numbers.hex(it.information()),
            it.pasid() == Access.NO_PASID ? "" : " PASID " + it.pasid(),
            FaultReason.describe(it.reason()));
  }
}
