package dev.iommufleet.cli.iommu;

import static dev.iommufleet.cli.ExitCode.DONE;
import static dev.iommufleet.cli.ExitCode.FOUND;

import dev.iommufleet.cli.Printer;
import dev.iommufleet.cli.text.Json;
import dev.iommufleet.cli.text.Wire;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.Observe;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.OperationFacts;
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
    var results = new ArrayList<Map<String, Object>>();
    for (int i = 0; i < response.getRepliesCount(); i++) {
      int index = i;
      var facts =
          response.getFactsList().stream()
              .filter(it -> it.getOperation() == index)
              .flatMap(it -> it.getFactsList().stream())
              .map(Wire::fields)
              .toList();
      results.add(
          Json.object(
              "operation", Wire.fields(operations.get(i)),
              "reply", Wire.fields(response.getReplies(i)),
              "facts", response.getFactsCount() == 0 ? null : facts));
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
    for (int i = 0; i < response.getRepliesCount(); i++) {
      print.out().println(Wire.text(operations.get(i)));
      print.out().println("  -> " + Wire.text(response.getReplies(i)));
      for (OperationFacts facts : response.getFactsList()) {
        if (facts.getOperation() == i) {
          facts.getFactsList().forEach(fact -> print.out().println("   * " + Wire.text(fact)));
        }
      }
    }
    print.line(
        "entry %d, state %s",
        response.getSequenceNumber(), IommuPrinter.hash(response.getStateHash()));
  }
}
