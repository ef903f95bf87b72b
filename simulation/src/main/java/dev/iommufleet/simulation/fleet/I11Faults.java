package dev.iommufleet.simulation.fleet;

import dev.iommufleet.hardware.vtd.Fact;
import dev.iommufleet.hardware.vtd.Operation;

/** Each fault that is reported is recorded or counted as lost; guests read what is recorded. */
final class I11Faults extends Checker {
  private final long[] recorded;
  private final long[] read;
  private final boolean[] reset;

  I11Faults(FleetConfig config) {
    super("I11");
    recorded = new long[config.iommus()];
    read = new long[config.iommus()];
    reset = new boolean[config.iommus()];
  }

  @Override
  void see(Seen seen) {
    switch (seen) {
      case Seen.Wrote s -> {
        for (Entry.Step step : s.entry().steps()) {
          if (step instanceof Entry.Step.OfIommu it) {
            step(s.entry(), it);
          }
        }
      }
      case Seen.FaultRead s -> {
        read[s.guest()]++;
        if (read[s.guest()] > recorded[s.guest()]) {
          broken("the guest of i%d read a fault that nobody recorded", s.guest());
        }
      }
      case Seen.Ended _ -> ended();
      default -> {}
    }
  }

  private void step(Entry entry, Entry.Step.OfIommu step) {
    int raised = 0;
    int settled = 0;
    for (Fact fact : step.facts()) {
      if (fact instanceof Fact.FaultDetected f && f.outcome() == Fact.FaultOutcome.REPORTED) {
        raised++;
      } else if (fact instanceof Fact.FaultRecorded f) {
        settled++;
        recorded[entry.entity()] += f.outcome() == Fact.RecordOutcome.RECORDED ? 1 : 0;
      }
    }
    reset[entry.entity()] |= step.operation() instanceof Operation.Reset;
    if (raised != settled) {
      broken(
          "entry %d of i%d raised %d faults and accounts for %d",
          entry.number(), entry.entity(), raised, settled);
    }
  }

  private void ended() {
    for (int iommu = 0; iommu < read.length; iommu++) {
      if (!reset[iommu] && read[iommu] != recorded[iommu]) {
        broken("i%d recorded %d faults, its guest read %d", iommu, recorded[iommu], read[iommu]);
      }
    }
  }
}
