package dev.iommufleet.cli.iommu;

import static dev.iommufleet.cli.ExitCode.DONE;
import static dev.iommufleet.cli.ExitCode.FOUND;

import dev.iommufleet.cli.Printer;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.RecordView;
import dev.iommufleet.cli.text.Wire;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.Observe;
import dev.iommufleet.protocol.api.v1.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs operations as one request and prints what came of them. */
final class Executed {

  private Executed() {}

  /** Returns the exit code: 1 when an awaited condition was not met. */
  static int run(FleetClient client, Printer print, String id, List<Operation> operations) {
    return run(client, print, id, operations, Observe.OBSERVE_REPLIES);
  }

  static int run(
      FleetClient client, Printer print, String id, List<Operation> operations, Observe observe) {
    var response = client.session(id).execute(operations, observe, false);
    if (print.json()) {
      print.json(json(operations, response));
    } else {
      text(print, operations, response);
    }
    boolean unmet =
        response.getRepliesList().stream()
            .anyMatch(it -> it.hasAwaited() && !it.getAwaited().getMet());
    return unmet ? FOUND : DONE;
  }

  private static Map<String, Object> json(List<Operation> operations, ExecuteResponse response) {
    var facts = Wire.facts(operations, response.getFactsList());
    var results = new ArrayList<Map<String, Object>>();
    for (int i = 0; i < response.getRepliesCount(); i++) {
      var ofThis = facts.getOrDefault(i, List.of()).stream().map(RecordView::fields).toList();
      results.add(
          Json.object(
              "operation", Wire.fields(operations.get(i)),
              "reply", Wire.fields(response.getReplies(i)),
              "facts", facts.isEmpty() ? null : ofThis));
    }
    return Json.object(
        "results",
        results,
        "sequenceNumber",
        response.getSequenceNumber(),
        "stateHash",
        IommuPrinter.hash(response.getStateHash()),
        "factsTruncated",
        response.getFactsTruncated() ? true : null);
  }

  private static void text(Printer print, List<Operation> operations, ExecuteResponse response) {
    var facts = Wire.facts(operations, response.getFactsList());
    for (int i = 0; i < response.getRepliesCount(); i++) {
      print.out().println(Wire.text(operations.get(i)));
      print.out().println("  -> " + Wire.text(response.getReplies(i)));
      for (var fact : facts.getOrDefault(i, List.of())) {
        print.out().println("   * " + RecordView.text(fact));
      }
    }
    print.line(
        "entry %d, state %s",
        response.getSequenceNumber(), IommuPrinter.hash(response.getStateHash()));
  }
}
