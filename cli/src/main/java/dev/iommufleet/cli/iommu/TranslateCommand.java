package dev.iommufleet.cli.iommu;

import static dev.iommufleet.cli.ExitCode.DONE;
import static dev.iommufleet.cli.ExitCode.FOUND;

import dev.iommufleet.cli.text.Converters;
import dev.iommufleet.cli.text.Numbers;
import dev.iommufleet.cli.text.RecordView;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.hardware.vtd.AddressType;
import dev.iommufleet.hardware.vtd.Operation;
import dev.iommufleet.hardware.vtd.Reply;
import dev.iommufleet.hardware.vtd.spec.FaultReason;
import dev.iommufleet.persistence.mapping.Operations;
import dev.iommufleet.persistence.mapping.Replies;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Asks for a translation. */
@Command(
    name = "translate",
    header = "Ask for a translation as the IOMMU makes it for a request; moves no data.",
    description = {
      "Uses and fills the caches as a request does, and records a fault if it meets one.",
      "Without --pasid the request carries no PASID, which is not PASID 0. Exit code 1: a fault."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet iommu translate guest-1 --sid 00:02.0 --iova 0x1000",
      "  iommu-fleet iommu translate guest-1 --sid 0x10 --pasid 3 --iova 0x7f0000001000 --write"
    })
final class TranslateCommand extends OneIommuCommand {
  @Option(
      names = "--sid",
      required = true,
      paramLabel = "SID",
      converter = Converters.Source.class,
      description = "Source id, as 00:02.0 or 0x10.")
  private int sourceId;

  @Option(
      names = "--iova",
      required = true,
      paramLabel = "ADDRESS",
      converter = Converters.Word.class,
      description = "I/O virtual address.")
  private long iova;

  @Option(
      names = "--pasid",
      paramLabel = "PASID",
      converter = Converters.Pasid.class,
      description = "The request carries this PASID.")
  private Integer pasid;

  @Option(names = "--write", description = "Want to write. Default: to read.")
  private boolean write;

  @Override
  protected int run(FleetClient client) {
    var operation =
        new Operation.Translate(
            sourceId,
            pasid == null ? Access.NO_PASID : pasid,
            iova,
            write ? Access.WRITE : Access.READ,
            AddressType.UNTRANSLATED);
    var response = client.session(id).execute(List.of(Operations.write(operation)));
    var answer = (Reply.Translation) Replies.read(response.getReplies(0));
    if (print.json()) {
      var json = RecordView.fields(answer);
      json.put("sequenceNumber", response.getSequenceNumber());
      if (answer.ok()) {
        json.put("result", Numbers.hex(address(answer)));
      }
      print.json(json);
    } else {
      print.line(answer.ok() ? text(answer) : "fault: " + reason(answer));
    }
    return answer.ok() ? DONE : FOUND;
  }

  private long address(Reply.Translation answer) {
    return answer.address() | iova & answer.mask();
  }

  private String text(Reply.Translation answer) {
    return "%s -> %s (page mask %s, %s, from %s%s)"
        .formatted(
            Numbers.hex(iova),
            Numbers.hex(address(answer)),
            Numbers.hex(answer.mask()),
            RecordView.permissions(answer.permissions()),
            RecordView.dashed(answer.source().name()),
            answer.contextCacheHit() ? ", context cached" : "");
  }

  private static String reason(Reply.Translation answer) {
    return answer.faultReason() == 0
        ? "the request is blocked without a reason"
        : FaultReason.describe(answer.faultReason());
  }
}
