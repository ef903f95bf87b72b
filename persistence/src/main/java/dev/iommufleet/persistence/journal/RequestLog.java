package dev.iommufleet.persistence.journal;

import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.journal.v1.Entry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The requests that entries belong to. The first segment's entry holds all operations of a request;
 * those of later segments refer to it.
 */
final class RequestLog {
  private final Map<Long, List<Operation>> unfinished = new HashMap<>();

  /**
   * The operations of the request that this entry belongs to, whole.
   *
   * @throws JournalException it goes on with a request that is not open
   */
  List<Operation> operations(long sequenceNumber, Entry entry) {
    var cause = entry.getCause();
    long first = cause.getRequestEntry() == 0 ? sequenceNumber : cause.getRequestEntry();
    var operations =
        cause.getRequestEntry() == 0 ? cause.getOperationsList() : unfinished.get(first);
    if (operations == null) {
      throw new JournalException(
          JournalException.Code.INCONSISTENT,
          "entry %d goes on with the request of entry %d, which is not open"
              .formatted(sequenceNumber, first));
    }
    if (end(entry, operations) < operations.size()) {
      unfinished.put(first, operations);
    } else {
      unfinished.remove(first);
    }
    return operations;
  }

  /** Index behind the last operation that ended in this entry. */
  static int end(Entry entry, List<Operation> operations) {
    var cause = entry.getCause();
    return cause.hasExecuted()
        ? Math.addExact(cause.getFirstOperation(), cause.getExecuted())
        : operations.size();
  }

  /** Requests that a snapshot found open. */
  void open(long firstEntry, List<Operation> operations) {
    unfinished.put(firstEntry, operations);
  }
}
