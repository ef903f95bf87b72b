package dev.iommufleet.load.check;

import java.util.List;

/**
 * Something that an invariant forbids was seen.
 *
 * @param invariant as in {@code I1}
 * @param entity id of the IOMMU or device
 * @param atNanos when it showed, nanoseconds since the history began
 * @param what a sentence
 * @param evidence calls, entries and values that show it
 */
public record Finding(
    String invariant, String entity, long atNanos, String what, List<String> evidence) {
  public Finding {
    evidence = List.copyOf(evidence);
  }
}
