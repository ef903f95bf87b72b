package dev.iommufleet.actors;

import dev.iommufleet.persistence.mapping.EntryFacts;
import dev.iommufleet.persistence.mapping.Facts;
import dev.iommufleet.protocol.api.v1.ExecuteResponse;
import dev.iommufleet.protocol.api.v1.Observe;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.OperationFacts;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import dev.iommufleet.protocol.journal.v1.Entry;
import java.util.List;

/** The answer to a repeated request, out of the entries of its segments. */
final class RepeatedAnswer {
  private RepeatedAnswer() {}

  /**
   * @param entries from the request's first segment to its last; others may lie between
   * @param number sequence number of the last
   */
  static ExecuteResponse of(List<Entry> entries, long number, EntityRequest request) {
    var last = entries.getLast();
    long requestEntry = last.getCause().getRequestEntry();
    var response =
        ExecuteResponse.newBuilder()
            .setRepeatedAnswer(true)
            .setSequenceNumber(number)
            .setStateHash(last.getStateHash())
            .setFactsTruncated(request.getExecute().getObserve() == Observe.OBSERVE_TRACES);
    var operations = entries.getFirst().getCause().getOperationsList();
    for (var entry : entries) {
      boolean ours =
          entry == entries.getFirst() || entry.getCause().getRequestEntry() == requestEntry;
      if (ours) {
        add(response, operations, entry, request.getExecute().getObserve());
      }
    }
    if (request.getExecute().getWantSoftHash() && last.hasSoftHash()) {
      response.setSoftHash(last.getSoftHash());
    }
    return response.build();
  }

  private static void add(
      ExecuteResponse.Builder response, List<Operation> operations, Entry entry, Observe observe) {
    response.addAllReplies(entry.getRepliesList());
    if (observe == Observe.OBSERVE_FACTS || observe == Observe.OBSERVE_TRACES) {
      add(response, operations, entry.getFactsList());
      add(response, operations, entry.getSoftList());
    }
  }

  /** As the first answer had them: with the bytes that the journal only refers to. */
  private static void add(
      ExecuteResponse.Builder response, List<Operation> operations, List<OperationFacts> groups) {
    for (var group : groups) {
      var whole = OperationFacts.newBuilder().setOperation(group.getOperation());
      EntryFacts.read(operations, List.of(group), (_, fact) -> whole.addFacts(Facts.write(fact)));
      response.addFacts(whole);
    }
  }
}
