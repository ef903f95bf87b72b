package dev.iommufleet.cli.iommu;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.Times;
import dev.iommufleet.cli.text.Wire;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.protocol.api.v1.WatchKind;
import dev.iommufleet.protocol.api.v1.WatchRequest;
import dev.iommufleet.protocol.api.v1.WatchResponse;
import dev.iommufleet.protocol.api.v1.WatchedEntry;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints what becomes visible of an IOMMU. */
@Command(
    name = "watch",
    header = "Print interrupts, status writes, faults, notifications and commands as they come.",
    description = {
      "First those of the journal from --from on, then live, at least once, with their numbers:"
          + " entry.index. Ends on interruption, with the node, or with --until-caught-up.",
      "With --json it prints one object a line."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  iommu-fleet iommu watch guest-1",
      "  iommu-fleet iommu watch guest-1 --from 1 --until-caught-up --kinds fault,interrupt"
    })
final class WatchCommand extends OneIommuCommand {

  /** What can be watched. */
  enum Kind {
    INTERRUPT,
    STATUS_WRITE,
    FAULT,
    NOTIFICATION,
    PAGE_REQUEST,
    DEVICE,
    COMMAND
  }

  @Option(
      names = "--from",
      paramLabel = "N",
      defaultValue = "0",
      description = "First journal entry, from 1. Default: only what comes from now on.")
  private long from;

  @Option(
      names = "--kinds",
      split = ",",
      paramLabel = "KIND",
      description =
          "interrupt, status_write, fault, notification, page_request, device, command. Default:"
              + " all.")
  private List<Kind> kinds = List.of();

  @Option(
      names = "--until-caught-up",
      description = "End when everything in the journal has been printed.")
  private boolean untilCaughtUp;

  @Override
  protected int run(FleetClient client) {
    if (from < 0) {
      throw CommandException.usage("--from is %d; entries count from 1", from);
    }
    var request = WatchRequest.newBuilder().setIommuId(id).setFromSequence(from);
    kinds.forEach(kind -> request.addKinds(WatchKind.forNumber(kind.ordinal() + 1)));
    try (var watching = client.watch(request.build())) {
      while (watching.hasNext()) {
        var response = watching.next();
        show(response);
        if (untilCaughtUp && response.hasCaughtUp()) {
          return DONE;
        }
      }
    }
    return DONE;
  }

  private void show(WatchResponse response) {
    switch (response.getEventCase()) {
      case ENTRY -> entry(response.getEntry());
      case LAGGED ->
          note(
              "lagged",
              response.getLagged().getServedSequence(),
              "too slow for the live feed; the journal serves on behind entry");
      case CAUGHT_UP ->
          note(
              "caughtUp",
              response.getCaughtUp().getSequenceNumber(),
              "caught up; live behind entry");
      case EVENT_NOT_SET -> {}
    }
  }

  private void note(String name, long sequenceNumber, String text) {
    if (print.json()) {
      print.jsonLine(Json.object(name, Map.of("sequenceNumber", sequenceNumber)));
    } else {
      print.line("-- %s %d", text, sequenceNumber);
    }
  }

  private void entry(WatchedEntry entry) {
    for (var it : entry.getFactsList()) {
      if (print.json()) {
        print.jsonLine(
            Json.object(
                "sequenceNumber", entry.getSequenceNumber(),
                "index", it.getIndex(),
                "operation", it.getOperation(),
                "time", Times.text(entry.getTimeUnixNanos()),
                "fact", Wire.fields(it.getFact())));
      } else {
        print.line(
            "%d.%d %s %s",
            entry.getSequenceNumber(),
            it.getIndex(),
            Times.text(entry.getTimeUnixNanos()),
            Wire.text(it.getFact()));
      }
    }
  }
}
