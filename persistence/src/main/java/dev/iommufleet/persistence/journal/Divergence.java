package dev.iommufleet.persistence.journal;

/**
 * Where re-execution says something else than the journal.
 *
 * @param sequenceNumber of the entry
 * @param operation index of the operation in its request; -1: the entry as a whole
 * @param what which part of it, e.g. "fact 1", "reply", "state hash"
 * @param journaled what the entry says
 * @param executed what execution says now
 * @param modelVersion which model wrote the entry; empty: the entry cannot be read
 */
public record Divergence(
    long sequenceNumber,
    int operation,
    String what,
    String journaled,
    String executed,
    String modelVersion) {

  /** In one line. */
  public String text() {
    return "entry %d%s, %s: the journal says %s, execution says %s"
        .formatted(
            sequenceNumber,
            operation < 0 ? "" : " operation " + operation,
            what,
            journaled,
            executed);
  }
}
