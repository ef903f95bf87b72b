package dev.iommufleet.load.check;

import dev.iommufleet.protocol.api.v1.FaultOutcome;
import dev.iommufleet.protocol.api.v1.WatchedFact;
import java.util.HashMap;
import java.util.Map;

/** Each fault that is reported is recorded or counted as lost, in the same entry. */
final class I11Faults extends Checker {
  private static final class Count {
    long entry;
    long raised;
    long settled;
  }

  private final Map<String, Count> counts = new HashMap<>();

  I11Faults() {
    super("I11", "Faults recorded and faults counted as lost are the faults raised");
  }

  @Override
  void watched(String iommu, long entry, WatchedFact fact) {
    var kind = fact.getFact();
    boolean raised =
        kind.hasFaultDetected()
            && kind.getFaultDetected().getOutcome() == FaultOutcome.FAULT_OUTCOME_REPORTED;
    if (!raised && !kind.hasFaultRecorded()) {
      return;
    }
    var count = counts.computeIfAbsent(iommu, _ -> new Count());
    if (count.entry != entry) {
      judge(iommu, count);
      count.entry = entry;
      count.raised = 0;
      count.settled = 0;
    }
    count.raised += raised ? 1 : 0;
    count.settled += raised ? 0 : 1;
  }

  private void judge(String iommu, Count count) {
    if (count.entry == 0) {
      return;
    }
    checked();
    if (count.raised != count.settled) {
      broken(
          iommu,
          "entry %d raised %d faults and accounts for %d"
              .formatted(count.entry, count.raised, count.settled),
          "entry " + count.entry);
    }
  }

  @Override
  void ended() {
    counts.forEach(this::judge);
  }
}
